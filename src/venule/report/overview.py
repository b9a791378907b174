"""All photographs of a report together: their distributions, and a table with those that differ most first."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Mapping, Sequence
from html import escape

import numpy as np

from venule.report.sheet import Figure, Sheet

FAR = 3.0  # robust standard deviations from which on a value stands out
ENOUGH = 5  # photographs, from which on one can stand out
DOTS = 150  # photographs up to which each is a dot; bars show more
LEFT, RIGHT, FLOOR = 12, 288, 64  # of a plot
STEP = 6  # between dots
BARS = 40

Distances = dict[str, float]  # of a photograph, by measurement


def standing(value: float, ordered: Sequence[float]) -> float:
    """Where a value stands among others in rising order, itself among them: the share below, ties counted half."""
    return (bisect_left(ordered, value) + bisect_right(ordered, value)) / 2 / len(ordered)


def distances(sheets: Sequence[Sheet], values: Mapping[str, Sequence[float]], keys: Sequence[str]) -> list[Distances]:
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


def most_different_first(sheets: Sequence[Sheet], away: Sequence[Distances]) -> list[int]:
    """Numbers of the photographs: those that failed, then those that are farthest from the others."""

    def rank(number: int) -> float:
        return -math.inf if sheets[number].failed else -max(away[number].values(), default=0.0)

    return sorted(range(len(sheets)), key=rank)


def overview(
    sheets: Sequence[Sheet], keys: Sequence[str], away: Sequence[Distances], *, linked: Collection[int]
) -> str:
    """The table of all photographs, those that differ most first.

    Args:
        sheets: of all photographs.
        keys: of the measurements in the table, each of which a photograph has.
        away: see `distances`.
        linked: numbers of the photographs that have a sheet on the page.
    """
    headings = [example(sheets, key).heading for key in keys]
    compared = any(away)
    hint = "Click a heading to sort."
    if compared:
        hint = (
            "Those that differ most from the others come first. Distance: how far the farthest value is from the "
            f"median of all, in robust standard deviations; values beyond {FAR:g} are marked. {hint}"
        )
    if len(linked) < len(sheets):
        hint += f" The first {len(linked)} have a sheet below."
    heads = ["Photograph", *(["Distance"] if compared else []), *headings, "Remarks"]
    rows = [
        _row(sheets[number], number, keys, away[number], compared=compared, linked=number in linked)
        for number in most_different_first(sheets, away)
    ]
    return (
        f"<section><h2>Photographs</h2><p class='hint'>{hint}</p>"
        "<label>Search <input type='search' id='search' placeholder='name'></label>"
        "<div class='wide'><table id='overview'><thead><tr>"
        + "".join(f"<th scope='col'><button>{escape(head)}</button></th>" for head in heads)
        + f"</tr></thead><tbody>{''.join(rows)}</tbody></table></div></section>"
    )


def distributions(
    sheets: Sequence[Sheet],
    values: Mapping[str, Sequence[float]],
    keys: Sequence[str],
    *,
    linked: Collection[int],
) -> str:
    """The distribution of each measurement over the photographs; nothing where there is one photograph.

    Args:
        sheets: of all photographs.
        values: the known values of each measurement.
        keys: of the measurements, each of which a photograph has.
        linked: numbers of the photographs that have a sheet on the page.
    """
    plots = [
        _plot(
            example(sheets, key),
            values[key],
            _dots(sheets, key, values[key], linked) if len(values[key]) <= DOTS else _bars(values[key]),
        )
        for key in keys
        if len(values[key]) > 1
    ]
    return f"<section><h2>Distributions</h2><div class='plots'>{''.join(plots)}</div></section>" if plots else ""


def example(sheets: Sequence[Sheet], key: str) -> Figure:
    """A figure of a measurement that has a value, for its label and unit."""
    return next(f for sheet in sheets if (f := sheet.figures.get(key)) and f.value is not None)


def _row(sheet: Sheet, number: int, keys: Sequence[str], away: Distances, *, compared: bool, linked: bool) -> str:
    name = f"<a href='#photograph-{number}'>{escape(sheet.name)}</a>" if linked else escape(sheet.name)
    cells = [f"<th scope='row'>{name}</th>"]
    if compared:
        farthest = max(away.values(), default=None)
        cells.append("<td data-value=''>–</td>" if farthest is None else _cell(farthest, f"{farthest:.1f}"))
    for key in keys:
        figure = sheet.figures.get(key)
        if figure is None or figure.value is None:
            cells.append("<td data-value=''>–</td>")
        else:
            cells.append(_cell(figure.value, figure.text, far=away.get(key, 0.0) > FAR))
    return f"<tr>{''.join(cells)}<td class='flags'>{escape(', '.join(sheet.flags))}</td></tr>"


def _cell(value: float, text: str, *, far: bool = False) -> str:
    return f"<td data-value='{value:.8g}'{' class=far' if far else ''}>{text}</td>"


def _plot(figure: Figure, values: Sequence[float], marks: str) -> str:
    low, high, middle = min(values), max(values), float(np.median(values))
    at = _place(middle, low, high)
    side = "start" if at < (LEFT + RIGHT) / 2 else "end"
    ends = f"{figure.written(low)} to {figure.written(high)}"
    return (
        f"<figure><figcaption>{escape(figure.heading)}</figcaption>"
        f"<svg viewBox='0 0 300 88' role='img' aria-label='{escape(figure.label)}: {ends}'>"
        f"<line x1='{LEFT}' x2='{RIGHT}' y1='{FLOOR}' y2='{FLOOR}'/>{marks}"
        f"<line class='median' x1='{at:.1f}' x2='{at:.1f}' y1='4' y2='{FLOOR + 4}'/>"
        f"<text x='{at + (4 if side == 'start' else -4):.1f}' y='11' text-anchor='{side}'>median "
        f"{figure.written(middle)}</text>"
        f"<text x='{LEFT}' y='{FLOOR + 17}'>{figure.written(low)}</text>"
        f"<text x='{RIGHT}' y='{FLOOR + 17}' text-anchor='end'>{figure.written(high)}</text></svg></figure>"
    )


def _dots(sheets: Sequence[Sheet], key: str, values: Sequence[float], linked: Collection[int]) -> str:
    """Every photograph as a dot that leads to its sheet, dots of like values above one another."""
    stacks: dict[int, int] = {}
    dots = []
    for number, sheet in enumerate(sheets):
        figure = sheet.figures.get(key)
        if figure is None or figure.value is None:
            continue
        column = round(_place(figure.value, min(values), max(values)) / STEP)
        level = stacks[column] = stacks.get(column, -1) + 1
        dot = (
            f"<circle cx='{column * STEP}' cy='{FLOOR - STEP - STEP * min(level, 8)}' r='2.8'>"
            f"<title>{escape(sheet.name)}: {figure.text}</title></circle>"
        )
        dots.append(f"<a href='#photograph-{number}'>{dot}</a>" if number in linked else dot)
    return "".join(dots)


def _bars(values: Sequence[float]) -> str:
    counts, edges = np.histogram(values, bins=BARS)
    places = [_place(edge, float(edges[0]), float(edges[-1])) for edge in edges]
    heights = counts / counts.max() * (FLOOR - 18)
    return "".join(
        f"<rect x='{left:.1f}' y='{FLOOR - height:.1f}' width='{right - left - 0.6:.1f}' height='{height:.1f}'>"
        f"<title>{count}</title></rect>"
        for left, right, height, count in zip(places[:-1], places[1:], heights, counts, strict=True)
    )


def _place(value: float, low: float, high: float) -> float:
    return LEFT + (RIGHT - LEFT) * ((value - low) / (high - low) if high > low else 0.5)
