"""The report: one HTML file that needs no network, for a doctor to read and a researcher to print."""

import base64
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files

import cv2
import numpy as np

from venule.arrays import ImageArray

QUALITY = 82  # of the JPEG pictures


@dataclass(frozen=True)
class Figure:
    """One number of a photograph.

    Attributes:
        key: of the measurement, the same in all photographs.
        label: for people.
        unit: "" where it has none.
        value: None where it could not be measured.
        lower: end of its interval, where there is one.
        upper: end of its interval, where there is one.
        reason: why there is no value.
    """

    key: str
    label: str
    unit: str
    value: float | None
    lower: float | None = None
    upper: float | None = None
    reason: str = ""


@dataclass(frozen=True, eq=False)
class Sheet:
    """What the report says of one photograph.

    Attributes:
        name: shown, and searched for.
        path: of the photograph.
        pictures: captions and pictures; empty for one that failed or whose photograph is gone.
        groups: figures under headings.
        notes: remarks, the reason of a failure among them.
        failed: whether there is nothing but the reason.
    """

    name: str
    path: str
    pictures: Sequence[tuple[str, ImageArray]]
    groups: Mapping[str, Sequence[Figure]]
    notes: Sequence[str] = ()
    failed: bool = False

    def figure(self, key: str) -> Figure | None:
        """The figure of a measurement."""
        return next((one for group in self.groups.values() for one in group if one.key == key), None)


def make_report(sheets: Sequence[Sheet], *, title: str, about: Sequence[str], shown: Sequence[str]) -> str:
    """The whole report.

    Args:
        sheets: of the photographs.
        title: of the page.
        about: lines under the title: version, model, settings.
        shown: keys of the measurements in the overview, with their distributions.

    Returns:
        HTML with style, script and pictures in it.
    """
    good = [sheet for sheet in sheets if not sheet.failed]
    known = {key: _values(good, key) for key in {f.key for s in good for g in s.groups.values() for f in g}}
    parts = [
        f"<header><h1>{escape(title)}</h1>",
        *(f"<p>{escape(line)}</p>" for line in about),
        "</header><main>",
        _distributions(good, known, shown) if len(good) > 1 else "",
        _overview(sheets, known, shown),
        *(_sheet(sheet, number, known) for number, sheet in enumerate(sheets)),
        "</main><dialog id='large'><form method='dialog'><button aria-label='close'>&times;</button></form>"
        "<img alt=''><p></p></dialog>",
    ]
    assets = files("venule.report") / "assets"
    style, script = ((assets / name).read_text(encoding="utf-8") for name in ("report.css", "report.js"))
    return (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'><link rel='icon' href='data:,'>"
        f"<title>{escape(title)}</title><style>{style}</style></head><body>{''.join(parts)}"
        f"<script>{script}</script></body></html>\n"
    )


def standing(value: float, others: Sequence[float]) -> float:
    """Where a value stands among others, itself among them: the share that is smaller, ties counted half."""
    smaller, same = sum(other < value for other in others), sum(other == value for other in others)
    return (smaller + same / 2) / len(others)


def outlyingness(value: float, others: Sequence[float]) -> float:
    """How many robust standard deviations (1.48 x median absolute deviation) a value is from the median of all."""
    middle = float(np.median(others))
    spread = 1.4826 * float(np.median(np.abs(np.array(others) - middle)))
    return abs(value - middle) / spread if spread > 0 else 0.0


def _values(sheets: Sequence[Sheet], key: str) -> list[float]:
    figures = (sheet.figure(key) for sheet in sheets)
    return [figure.value for figure in figures if figure and figure.value is not None]


def _overview(sheets: Sequence[Sheet], known: Mapping[str, list[float]], shown: Sequence[str]) -> str:
    figures = [figure for sheet in sheets for group in sheet.groups.values() for figure in group]
    labels = {figure.key: figure.label + (f" ({figure.unit})" if figure.unit else "") for figure in figures}
    columns = [key for key in shown if key in labels]
    rows = []
    for number, sheet in enumerate(sheets):
        far, cells = 0.0, []
        for key in columns:
            figure = sheet.figure(key)
            if figure is None or figure.value is None:
                cells.append("<td data-value=''>&ndash;</td>")
                continue
            away = outlyingness(figure.value, known[key])
            far = max(far, away)
            mark = " class='far'" if away > 3 and len(known[key]) > 4 else ""
            cells.append(f"<td data-value='{figure.value:.8g}'{mark}>{number_text(figure.value)}</td>")
        name = f"<th scope='row'><a href='#photograph-{number}'>{escape(sheet.name)}</a></th>"
        state = "<td data-value='99'>failed</td>" if sheet.failed else f"<td data-value='{far:.4g}'>{far:.1f}</td>"
        rows.append((-math.inf if sheet.failed else -far, f"<tr>{name}{state}{''.join(cells)}</tr>"))
    heads = "".join(f"<th scope='col'><button>{escape(labels[key])}</button></th>" for key in columns)
    body = "".join(row for _, row in sorted(rows, key=lambda row: row[0]))
    return (
        "<section><h2>Photographs</h2><p class='hint'>Those that differ most from the others come first: the largest "
        "distance from the median of all, in robust standard deviations. Click a heading to sort.</p>"
        "<label>Search <input type='search' id='search' placeholder='name'></label>"
        "<div class='wide'><table id='overview'><thead><tr><th scope='col'><button>Photograph</button></th>"
        f"<th scope='col'><button>Distance</button></th>{heads}</tr></thead>"
        f"<tbody>{body}</tbody></table></div></section>"
    )


def _distributions(sheets: Sequence[Sheet], known: Mapping[str, list[float]], shown: Sequence[str]) -> str:
    plots = []
    for key in shown:
        figures = [(number, sheet.name, sheet.figure(key)) for number, sheet in enumerate(sheets)]
        points = [(n, name, f) for n, name, f in figures if f is not None and f.value is not None]
        if len(points) > 1:
            plots.append(_strip(points, known[key]))
    return f"<section><h2>Distributions</h2><div class='plots'>{''.join(plots)}</div></section>" if plots else ""


def _strip(points: Sequence[tuple[int, str, Figure]], values: Sequence[float]) -> str:
    """Every photograph as a dot on a line, dots of like values above one another, the median marked."""
    low, high = min(values), max(values)
    room = (high - low) or 1.0
    stacks: dict[int, int] = {}
    dots = []
    for _, name, figure in points:
        assert figure.value is not None
        x = 12 + 276 * (figure.value - low) / room
        level = stacks[round(x / 6)] = stacks.get(round(x / 6), -1) + 1
        text = f"{escape(name)}: {number_text(figure.value)}"
        dots.append(f"<circle cx='{x:.1f}' cy='{58 - 6 * min(level, 8):.1f}' r='3'><title>{text}</title></circle>")
    middle = 12 + 276 * (float(np.median(values)) - low) / room
    first = points[0][2]
    unit = f" ({escape(first.unit)})" if first.unit else ""
    return (
        f"<figure><figcaption>{escape(first.label)}{unit}</figcaption>"
        f"<svg viewBox='0 0 300 84' role='img' aria-label='{escape(first.label)}: {number_text(low)} to "
        f"{number_text(high)}'><line x1='12' x2='288' y1='64' y2='64'/>"
        f"<line class='median' x1='{middle:.1f}' x2='{middle:.1f}' y1='6' y2='68'/>{''.join(dots)}"
        f"<text x='12' y='79'>{number_text(low)}</text>"
        f"<text x='288' y='79' text-anchor='end'>{number_text(high)}</text>"
        "</svg></figure>"
    )


def _sheet(sheet: Sheet, number: int, known: Mapping[str, list[float]]) -> str:
    pictures = "".join(
        f"<figure><img loading='lazy' src='{_data(picture)}' alt='{escape(caption)} of {escape(sheet.name)}'>"
        f"<figcaption>{escape(caption)}</figcaption></figure>"
        for caption, picture in sheet.pictures
    )
    notes = "".join(f"<p class='note'>{escape(note)}</p>" for note in sheet.notes)
    tables = "".join(_group(name, figures, known) for name, figures in sheet.groups.items())
    return (
        f"<section class='sheet' id='photograph-{number}'><h2>{escape(sheet.name)}</h2>"
        f"<p class='hint'>{escape(sheet.path)}</p>{notes}<div class='pictures'>{pictures}</div>"
        f"<div class='groups'>{tables}</div></section>"
    )


def _group(name: str, figures: Sequence[Figure], known: Mapping[str, list[float]]) -> str:
    rows = []
    for figure in figures:
        label = f"<th scope='row'>{escape(figure.label)}</th>"
        if figure.value is None:
            rows.append(f"<tr>{label}<td colspan='3' class='reason'>{escape(figure.reason)}</td></tr>")
            continue
        interval = ""
        if figure.lower is not None and figure.upper is not None:
            interval = f"{number_text(figure.lower)} to {number_text(figure.upper)}"
        others = known.get(figure.key, [])
        place = _place(standing(figure.value, others)) if len(others) > 4 else ""
        unit = f" {escape(figure.unit)}" if figure.unit else ""
        rows.append(f"<tr>{label}<td>{number_text(figure.value)}{unit}</td><td>{interval}</td><td>{place}</td></tr>")
    return f"<table><caption>{escape(name)}</caption>{''.join(rows)}</table>"


def _place(share: float) -> str:
    text = f"greater than {100 * share:.0f} % of the photographs"
    return f"<span class='place' title='{text}'><span style='left:{100 * share:.0f}%'></span></span>"


def number_text(value: float) -> str:
    """A number to three digits, or whole where it has more; without an exponent where people would not use one."""
    if value == round(value) and abs(value) < 1e6:
        return f"{value:,.0f}"
    digits = 2 - math.floor(math.log10(abs(value)))
    return f"{value:,.{max(0, digits)}f}" if -4 < digits < 7 else f"{value:.2e}"


def _data(picture: ImageArray) -> str:
    pixels = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    content = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1].tobytes()
    return "data:image/jpeg;base64," + base64.b64encode(content).decode()
