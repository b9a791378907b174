"""The report as PDF: a page a photograph."""

import warnings
from collections.abc import Sequence
from textwrap import fill
from typing import TYPE_CHECKING, BinaryIO

from venule.errors import printable
from venule.report.sheet import Picture, RegionRow, ReportedValue, Sheet

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Page

WIDTH, HEIGHT = 8.27, 11.69  # inches of A4
LEFT, RIGHT, TOP, BOTTOM = 0.06, 0.94, 0.965, 0.025  # of the page
COLUMNS, GAP = 3, 0.022
ROW = 0.0125  # height of a row at most, of the page
SIZE = 6  # points
NAME, ABOUT, CAPTION = 60, 150, 54  # letters that fit into a line
MOST_LINES = 5  # of a name or a note
SOFT = "0.4"

Line = tuple[str, str, str, str]  # label, value, interval or reason, and weight of the label


def make_pdf(file: BinaryIO, sheets: Sequence[Sheet], *, title: str) -> None:
    """A4 pages, one a photograph: its pictures above, its measurements with their intervals below.

    Args:
        file: that the pages are written to.
        sheets: of the photographs; those that failed have a page with the reason.
        title: stands on every page.
    """
    from matplotlib import rc_context
    from matplotlib.backends.backend_pdf import PdfPages
    from matplotlib.figure import Figure as Page

    with (
        rc_context({"text.parse_math": False}),  # a name may hold dollars
        warnings.catch_warnings(action="ignore"),  # of letters that the font lacks; a box stands for each
        PdfPages(file, metadata={"Title": title, "Creator": "venule"}) as pdf,
    ):
        for number, sheet in enumerate(sheets, start=1):
            page = Page(figsize=(WIDTH, HEIGHT))
            pictures, notes = sheet.shown()
            page.text(RIGHT, TOP, f"{title}, page {number}", size=7, color=SOFT, va="top", ha="right")
            name = _filled(sheet.name, NAME)
            page.text(LEFT, TOP, name, size=13, weight="bold", va="top")
            about = [_filled(line, ABOUT) for line in (sheet.path, *notes) if line]
            top = TOP - 0.017 * (1 + name.count("\n")) - 0.004
            page.text(LEFT, top, "\n".join(about), size=SIZE, color=SOFT, va="top", linespacing=1.3)
            top -= 0.0105 * "\n".join(about).count("\n") + 0.02
            top = _pictures(page, pictures, top)
            _values(page, sheet, top)
            pdf.savefig(page, dpi=200)


def _filled(text: str, width: int) -> str:
    return fill(printable(text), width, max_lines=MOST_LINES, placeholder="…")


def _pictures(page: "Page", pictures: Sequence[Picture], top: float) -> float:
    """Draw the pictures in rows of three; where the page goes on below them."""
    width = (RIGHT - LEFT - (COLUMNS - 1) * GAP) / COLUMNS
    for start in range(0, len(pictures), COLUMNS):
        row = pictures[start : start + COLUMNS]
        height = max(picture.shape[0] / picture.shape[1] for _, picture in row) * width * WIDTH / HEIGHT
        for column, (caption, picture) in enumerate(row):
            left = LEFT + column * (width + GAP)
            axes = page.add_axes((left, top - height, width, height))
            axes.imshow(picture)
            axes.set_axis_off()
            page.text(left, top - height - 0.003, _filled(caption, CAPTION), size=SIZE, color=SOFT, va="top")
        top -= height + 0.012 + 0.009 * max(_filled(caption, CAPTION).count("\n") for caption, _ in row) + 0.006
    return top


def _values(page: "Page", sheet: Sheet, top: float) -> None:
    """The groups in three columns, each whole in one, and the regions below them."""
    columns = _in_columns([_lines(heading, group) for heading, group in sheet.groups.items()])
    longest = max((len(column) for column in columns), default=0)
    headings, regions = sheet.regions()
    below = len(regions) + 1 if regions else 0
    step = min(ROW, (top - BOTTOM) / max(1, longest + below + 1))
    width = (RIGHT - LEFT - (COLUMNS - 1) * GAP) / COLUMNS
    for number, column in enumerate(columns):
        left = LEFT + number * (width + GAP)
        for line, (label, value, rest, weight) in enumerate(column):
            y = top - step * line
            page.text(left, y, label, size=SIZE - 0.3, weight=weight, va="top")
            page.text(left + 0.665 * width, y, value, size=SIZE, va="top", ha="right")
            page.text(left + width, y, rest, size=SIZE - 0.5, color=SOFT, va="top", ha="right")
    if regions:
        _regions(page, headings, regions, top - step * (longest + 1), step)


def _lines(heading: str, group: Sequence[ReportedValue]) -> list[Line]:
    interval = "95 % interval" if any(one.interval for one in group) else ""
    lines: list[Line] = [(heading, "", interval, "bold")]
    for one in group:
        value, rest = ("", one.reason) if one.value is None else (f"{one.text} {one.unit}".rstrip(), one.interval)
        lines.append((one.label, value, rest, "normal"))
    return [*lines, ("", "", "", "normal")]


def _in_columns(groups: Sequence[list[Line]]) -> list[list[Line]]:
    """The groups in their order, in columns as even as whole groups allow."""
    room = max((len(group) for group in groups), default=1)
    while True:
        columns: list[list[Line]] = [[]]
        for group in groups:
            if columns[-1] and len(columns[-1]) + len(group) > room:
                columns.append([])
            columns[-1] += group
        if len(columns) <= COLUMNS:
            return columns
        room += 1


def _regions(page: "Page", headings: Sequence[str], regions: Sequence[RegionRow], top: float, step: float) -> None:
    names = 0.12  # of the page, for the regions' names
    width = (RIGHT - LEFT - names) / len(headings)
    rights = [LEFT + names + (column + 1) * width for column in range(len(headings))]
    page.text(LEFT, top, "By region", size=SIZE, weight="bold", va="top")
    for right, heading in zip(rights, headings, strict=True):
        page.text(right, top, heading, size=SIZE - 0.5, color=SOFT, va="top", ha="right")
    for number, row in enumerate(regions, start=1):
        y = top - step * number
        page.text(LEFT, y, row.name, size=SIZE, va="top")
        if row.reason:
            page.text(RIGHT, y, row.reason, size=SIZE, color=SOFT, va="top", ha="right")
            continue
        for right, one in zip(rights, row.values, strict=True):
            if one.value is None:
                page.text(right, y, one.reason, size=SIZE - 1, color=SOFT, va="top", ha="right")
                continue
            page.text(right - 0.63 * width, y, one.text, size=SIZE, va="top", ha="right")
            page.text(right, y, one.interval, size=SIZE - 1.2, color=SOFT, va="top", ha="right")
