"""The report as one HTML file that needs no network, to read and to print."""

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files

import cv2
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from venule.photograph.arrays import ImageArray
from venule.report import overview
from venule.report.sheet import Sheet

QUALITY = 82  # of the JPEG pictures


@dataclass(frozen=True)
class ReportPage:
    """What the page says besides its sheets.

    Attributes:
        title: of the page.
        about: lines under the title: version, model, settings.
        remarks: what the reader must know before comparing photographs.
        shown: keys of the measurements in the overview, with their distributions.
        glossary: label, column of the table, and meaning of every measurement.
        most: sheets; of more photographs, the most unusual have one.
    """

    title: str
    about: Sequence[str]
    remarks: Sequence[str]
    shown: Sequence[str]
    glossary: Sequence[tuple[str, str, str]]
    most: int = 200


def make_report(sheets: Sequence[Sheet], page: ReportPage) -> Iterator[str]:
    """The whole report, part by part: HTML with style, script and pictures in it."""
    values = _values(sheets)
    keys = [key for key in page.shown if key in values]
    away = overview.distances(sheets, values, keys)
    order = overview.most_different_first(sheets, away)
    return (
        _environment()
        .get_template("report.html")
        .generate(
            page=page,
            sheets=sheets,
            values=values,
            keys=keys,
            headings=[overview.example(sheets, key).heading for key in keys],
            away=away,
            order=order,
            linked=frozenset(order[: page.most]),
            compared=lambda group: max((len(values[v.key]) for v in group if v.value is not None), default=0),
            plots=overview.make_plots(sheets, values, keys),
            overview=overview,
        )
    )


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("venule.report"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters["jpeg"] = _jpeg
    folder = files("venule.report") / "templates"
    environment.globals["source"] = lambda name: Markup((folder / name).read_text(encoding="utf-8"))
    return environment


def _values(sheets: Sequence[Sheet]) -> dict[str, list[float]]:
    """The known values of each measurement, in rising order."""
    known: dict[str, list[float]] = {}
    for sheet in sheets:
        for key, one in sheet.values.items():
            if one.value is not None:
                known.setdefault(key, []).append(one.value)
    return {key: sorted(values) for key, values in known.items()}


def _jpeg(picture: ImageArray) -> str:
    """A picture as a data URL."""
    pixels = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    content = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1].tobytes()
    return "data:image/jpeg;base64," + base64.b64encode(content).decode()
