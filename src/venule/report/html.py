"""The report: one HTML file that needs no network, for a doctor to read and a researcher to print."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files

import cv2

from venule.photograph.arrays import ImageArray
from venule.report.overview import ENOUGH, distances, distributions, most_different_first, overview, standing
from venule.report.sheet import Figure, Picture, Regions, Sheet

QUALITY = 82  # of the JPEG pictures
COLUMNS = "<colgroup><col class='label'><col class='value'><col class='interval'><col></colgroup>"


@dataclass(frozen=True)
class Report:
    """What the page says besides its sheets.

    Attributes:
        title: of the page.
        about: lines under the title: version, model, settings.
        remarks: what the reader must know before comparing photographs.
        shown: keys of the measurements in the overview, with their distributions.
        glossary: label, column of the table, and meaning of every measurement.
        most: sheets; of more photographs, those that differ most from the others have one.
    """

    title: str
    about: Sequence[str]
    remarks: Sequence[str]
    shown: Sequence[str]
    glossary: Sequence[tuple[str, str, str]]
    most: int = 200


def make_report(sheets: Sequence[Sheet], report: Report) -> Iterator[str]:
    """The whole report, part by part: HTML with style, script and pictures in it."""
    values = _values(sheets)
    shown = [key for key in report.shown if key in values]
    away = distances(sheets, values, shown)
    linked = frozenset(most_different_first(sheets, away)[: report.most])
    assets = files("venule.report") / "assets"
    style, script = ((assets / name).read_text(encoding="utf-8") for name in ("report.css", "report.js"))
    yield (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'><link rel='icon' href='data:,'>"
        f"<title>{escape(report.title)}</title><style>{style}</style></head><body>"
        f"<header><h1>{escape(report.title)}</h1>"
        + "".join(f"<p>{escape(line)}</p>" for line in report.about)
        + "".join(f"<p class='note'>{escape(line)}</p>" for line in report.remarks)
        + "</header><main>"
    )
    yield distributions(sheets, values, shown, linked=linked)
    if len(sheets) > 1:
        yield overview(sheets, shown, away, linked=linked)
    for number, sheet in enumerate(sheets):
        if number in linked:
            yield _sheet(sheet, number, values)
    yield _glossary(report.glossary)
    yield (
        "</main><dialog id='large'><form method='dialog'><button aria-label='close'>&times;</button></form>"
        f"<img alt=''><p></p></dialog><script>{script}</script></body></html>\n"
    )


def _values(sheets: Sequence[Sheet]) -> dict[str, list[float]]:
    """The known values of each measurement, in rising order."""
    known: dict[str, list[float]] = {}
    for sheet in sheets:
        for key, figure in sheet.figures.items():
            if figure.value is not None:
                known.setdefault(key, []).append(figure.value)
    return {key: sorted(values) for key, values in known.items()}


def _sheet(sheet: Sheet, number: int, values: Mapping[str, list[float]]) -> str:
    pictures, notes = sheet.shown()
    return (
        f"<section class='sheet' id='photograph-{number}'><h2>{escape(sheet.name)}</h2>"
        + (f"<p class='hint'>{escape(sheet.path)}</p>" if sheet.path else "")
        + "".join(f"<p class='note'>{escape(note)}</p>" for note in notes)
        + f"<div class='pictures'>{''.join(_picture(sheet, picture) for picture in pictures)}</div>"
        + f"<div class='groups'>{''.join(_group(*group, values) for group in sheet.groups.items())}</div>"
        + (_regions(sheet.regions()) if sheet.regions else "")
        + "</section>"
    )


def _picture(sheet: Sheet, picture: Picture) -> str:
    caption, pixels = picture
    return (
        f"<figure><img loading='lazy' src='{_data(pixels)}' alt='{escape(sheet.name)}: {escape(caption)}' "
        f"width='{pixels.shape[1]}' height='{pixels.shape[0]}'><figcaption>{escape(caption)}</figcaption></figure>"
    )


def _group(name: str, figures: Sequence[Figure], values: Mapping[str, list[float]]) -> str:
    rows = []
    compared = 0
    for figure in figures:
        label = f"<th scope='row'>{escape(figure.label)}</th>"
        if figure.value is None:
            rows.append(f"<tr>{label}<td colspan='3' class='reason'>{escape(figure.reason)}</td></tr>")
            continue
        others = values[figure.key]
        compared = max(compared, len(others))
        place = _place(standing(figure.value, others)) if len(others) >= ENOUGH else ""
        unit = f" {escape(figure.unit)}" if figure.unit else ""
        rows.append(f"<tr>{label}<td>{figure.text}{unit}</td><td>{figure.interval}</td><td>{place}</td></tr>")
    interval = "95 % interval" if any(figure.interval for figure in figures) else ""
    among = f"among {compared}" if compared >= ENOUGH else ""
    return (
        f"<table>{COLUMNS}<thead><tr><th scope='col' colspan='2'>{escape(name)}</th><th scope='col'>{interval}</th>"
        f"<th scope='col'>{among}</th></tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )


def _place(share: float) -> str:
    text = f"greater than {100 * share:.0f} % of the photographs"
    return f"<span class='place' title='{text}'><span style='left:{100 * share:.0f}%'></span></span>"


def _regions(regions: Regions) -> str:
    heads = "".join(f"<th scope='col'>{escape(column)}</th>" for column in regions.columns)
    rows = []
    for name, figures in regions.rows:
        reasons = {figure.reason for figure in figures}
        if len(reasons) == 1 and "" not in reasons:
            cells = f"<td class='reason' colspan='{len(figures)}'>{escape(reasons.pop())}</td>"
        else:
            cells = "".join(
                f"<td class='reason'>{escape(figure.reason)}</td>"
                if figure.value is None
                else f"<td>{figure.text} <small>{figure.interval}</small></td>"
                for figure in figures
            )
        rows.append(f"<tr><th scope='row'>{escape(name)}</th>{cells}</tr>")
    return (
        "<div class='wide'><table class='regions'><thead><tr><th scope='col'>By region</th>"
        f"{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _glossary(entries: Sequence[tuple[str, str, str]]) -> str:
    rows = (
        f"<tr><th scope='row'>{escape(label)}</th><td><code>{escape(column)}</code></td><td>{escape(meaning)}</td></tr>"
        for label, column, meaning in entries
    )
    return (
        "<section id='glossary'><h2>What the numbers mean</h2><div class='wide'><table><thead><tr>"
        "<th scope='col'>Here</th><th scope='col'>In results.csv</th><th scope='col'>Meaning</th></tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></div></section>"
    )


def _data(picture: ImageArray) -> str:
    pixels = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    content = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1].tobytes()
    return "data:image/jpeg;base64," + base64.b64encode(content).decode()
