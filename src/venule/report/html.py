"""The report as one HTML file that needs no network, to read and to print."""

import base64
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from typing import Any

import cv2
import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from venule.measurement import MEASUREMENTS
from venule.photograph.arrays import ImageArray
from venule.report.labels import LABELS, MAIN
from venule.report.sheet import Sheet

MOST_SHEETS = 200
ALIKE = 1.1  # times the smallest field of view, up to which lengths in pixels can be compared
QUALITY = 82  # of the JPEG pictures
FAR = 3.0  # robust standard deviations from which on a value stands out
ENOUGH = 5  # photographs, from which on one can stand out
DOTS = 150  # photographs up to which each is a dot in a plot; bars show more
BARS = 40
LEFT, RIGHT, FLOOR = 12, 288, 64  # of a plot
STEP = 6  # between dots

Distances = dict[str, float]  # of a photograph from the median of all, by measurement


def make_report(
    sheets: Sequence[Sheet], settings: Mapping[str, Any], *, made: str, most: int = MOST_SHEETS
) -> Iterator[str]:
    """The whole report, part by part: HTML with style, script and pictures in it.

    Args:
        sheets: of the photographs.
        settings: of `venule measure`, as in manifest.json.
        made: version and date.
        most: sheets; of more photographs, the most unusual have one.
    """
    values = _known_values(sheets)
    shown = [key for key in ("quality", *MAIN) if key in values]
    examples = {key: next(sheet.values[key] for sheet in sheets if sheet.value(key) is not None) for key in shown}
    away = _distances(sheets, values, shown)
    # Those that failed come first, then those that are farthest from the others.
    order = sorted(range(len(sheets)), key=lambda n: (not sheets[n].failed, -max(away[n].values(), default=0.0)))
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
    return environment.get_template("report.html").generate(
        title=report_title(sheets),
        made=made,
        settings=settings,
        sheets=sheets,
        values=values,
        examples=examples,
        away=away,
        order=order,
        linked=frozenset(order[:most]),
        compared=lambda group: max((len(values[v.key]) for v in group if v.value is not None), default=0),
        plots=[_plot(sheets, key, values[key]) for key in shown if len(values[key]) > 1],
        percentile_rank=percentile_rank,
        definitions=MEASUREMENTS,
        LABELS=LABELS,
        ALIKE=ALIKE,
        FAR=FAR,
        ENOUGH=ENOUGH,
        LEFT=LEFT,
        RIGHT=RIGHT,
        FLOOR=FLOOR,
    )


def report_title(sheets: Sequence[Sheet]) -> str:
    """What the report is called."""
    return f"Retinal vessels of {len(sheets)} photograph{'s' if len(sheets) > 1 else ''}"


def percentile_rank(value: float, ordered: Sequence[float]) -> float:
    """Percentile rank of a value among others in rising order, itself included, from 0 to 1; ties count half."""
    return (bisect_left(ordered, value) + bisect_right(ordered, value)) / 2 / len(ordered)


def _known_values(sheets: Sequence[Sheet]) -> dict[str, list[float]]:
    """The known values of each measurement, in rising order."""
    known: dict[str, list[float]] = {}
    for sheet in sheets:
        for key, one in sheet.values.items():
            if one.value is not None:
                known.setdefault(key, []).append(one.value)
    return {key: sorted(values) for key, values in known.items()}


def _distances(sheets: Sequence[Sheet], values: Mapping[str, Sequence[float]], keys: Sequence[str]) -> list[Distances]:
    """How far each photograph is from the median of all: in robust standard deviations, by measurement.

    The robust standard deviation is 1.48 times the median absolute deviation. Nothing is far from few photographs.
    """
    scales = {}
    for key in keys:
        middle = float(np.median(values[key]))
        spread = 1.4826 * float(np.median(np.abs(np.array(values[key]) - middle)))
        if spread > 0 and len(values[key]) >= ENOUGH:
            scales[key] = (middle, spread)
    return [
        {k: abs(v - middle) / spread for k, (middle, spread) in scales.items() if (v := sheet.value(k)) is not None}
        for sheet in sheets
    ]


def _plot(sheets: Sequence[Sheet], key: str, known: Sequence[float]) -> dict[str, Any]:
    """The distribution of a measurement, as the template draws it: dots of few photographs, bars of many."""
    one = next(sheet.values[key] for sheet in sheets if sheet.value(key) is not None)
    low, middle, high = known[0], float(np.median(known)), known[-1]
    few = len(known) <= DOTS
    return {
        "value": one,
        "low": one.format(low),
        "median": one.format(middle),
        "high": one.format(high),
        "x": _position(middle, low, high),
        "dots": _dots(sheets, key, known) if few else [],
        "bars": [] if few else _bars(known),
    }


def _dots(sheets: Sequence[Sheet], key: str, known: Sequence[float]) -> list[dict[str, Any]]:
    """Every photograph as a dot, dots of like values above one another."""
    stacks: dict[int, int] = {}
    dots = []
    for number, sheet in enumerate(sheets):
        value = sheet.value(key)
        if value is None:
            continue
        column = round(_position(value, known[0], known[-1]) / STEP)
        level = stacks[column] = stacks.get(column, -1) + 1
        title = f"{sheet.name}: {sheet.values[key].text}"
        dots.append({"x": column * STEP, "y": FLOOR - STEP - STEP * min(level, 8), "number": number, "title": title})
    return dots


def _bars(known: Sequence[float]) -> list[dict[str, float]]:
    counts, edges = np.histogram(known, bins=BARS)
    lefts = [_position(edge, float(edges[0]), float(edges[-1])) for edge in edges]
    heights = counts / counts.max() * (FLOOR - 18)
    return [
        {"left": left, "top": FLOOR - height, "width": right - left - 0.6, "height": height, "count": int(count)}
        for left, right, height, count in zip(lefts[:-1], lefts[1:], heights, counts, strict=True)
    ]


def _position(value: float, low: float, high: float) -> float:
    return LEFT + (RIGHT - LEFT) * ((value - low) / (high - low) if high > low else 0.5)


def _jpeg(picture: ImageArray) -> str:
    """A picture as a data URL."""
    pixels = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    content = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1].tobytes()
    return "data:image/jpeg;base64," + base64.b64encode(content).decode()
