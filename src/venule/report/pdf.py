"""The report as PDF: a page a photograph."""

import io
from collections.abc import Iterable

from venule.report.html import Sheet, number_text

ROWS = 22  # figures in a column of the page


def make_pdf(sheets: Iterable[Sheet], *, title: str) -> bytes:
    """A4 pages, one a photograph: its pictures above, its figures with their intervals below.

    Args:
        sheets: of the photographs; those that failed have a page with the reason.
        title: stands on every page.
    """
    from matplotlib.backends.backend_pdf import PdfPages
    from matplotlib.figure import Figure as Page

    content = io.BytesIO()
    with PdfPages(content, metadata={"Title": title, "Creator": "venule"}) as pdf:
        for sheet in sheets:
            page = Page(figsize=(8.27, 11.69))
            page.text(0.06, 0.97, sheet.name, size=14, weight="bold", va="top")
            page.text(0.94, 0.97, title, size=8, color="0.4", va="top", ha="right")
            page.text(0.06, 0.952, "\n".join([sheet.path, *sheet.notes]), size=7, color="0.35", va="top", wrap=True)
            for place, (caption, picture) in enumerate(sheet.pictures[:6]):
                row, column = divmod(place, 3)
                axes = page.add_axes((0.06 + 0.3 * column, 0.7 - 0.22 * row, 0.28, 0.2))
                axes.imshow(picture)
                axes.set_axis_off()
                axes.set_title(caption, size=7, y=-0.1)
            _figures(page, sheet)
            pdf.savefig(page, dpi=200)
    return content.getvalue()


def _figures(page: "object", sheet: Sheet) -> None:
    lines: list[tuple[str, str, str]] = []
    for name, figures in sheet.groups.items():
        lines.append((name, "", "heading"))
        for figure in figures:
            if figure.value is None:
                lines.append((figure.label, figure.reason, "reason"))
                continue
            text = f"{number_text(figure.value)} {figure.unit}".rstrip()
            if figure.lower is not None and figure.upper is not None:
                text += f"  [{number_text(figure.lower)}, {number_text(figure.upper)}]"
            lines.append((figure.label, text, "figure"))
    rows = max(ROWS, -(-len(lines) // 3))
    step = 0.43 / rows
    for number, (label, text, kind) in enumerate(lines):
        column, row = divmod(number, rows)
        x, y = 0.06 + 0.305 * column, 0.45 - step * row
        weight, colour = ("bold", "black") if kind == "heading" else ("normal", "0.45" if kind == "reason" else "black")
        page.text(x, y, label[:36], size=5.5, weight=weight, color=colour, va="top")  # type: ignore[attr-defined]
        page.text(x + 0.285, y, text[:44], size=5.5, color=colour, va="top", ha="right")  # type: ignore[attr-defined]
