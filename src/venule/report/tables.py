"""Tables of scores, for the terminal and for Markdown."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table as RichTable

NOTHING = "–"


@dataclass(frozen=True)
class Table:
    """A table of text: names in the first column, figures in the others.

    Attributes:
        title: what it shows.
        columns: headings.
        rows: as many cells each as there are headings.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def to_markdown(self) -> str:
        """The title as a heading, and a GitHub table with the figures to the right."""
        rule = ("---", *("---:" for _ in self.columns[1:]))
        lines = (" | ".join(cell.replace("|", "\\|") for cell in row) for row in (self.columns, rule, *self.rows))
        return f"## {self.title}\n\n" + "\n".join(f"| {line} |" for line in lines) + "\n"

    def to_rich(self) -> "RichTable":
        """The table for `rich.print`."""
        from rich.markup import escape
        from rich.table import Table as RichTable

        table = RichTable(title=escape(self.title), title_justify="left")
        for place, column in enumerate(self.columns):
            table.add_column(escape(column), justify="right" if place else "left")
        for row in self.rows:
            table.add_row(*(escape(cell) for cell in row))
        return table


def figure(value: float | None, lower: float | None = None, upper: float | None = None) -> str:
    """A figure with its interval: "0.812 [0.801, 0.823]"; without limits "0.812"; a dash for what is undefined."""
    if value is None:
        return NOTHING
    if lower is None or upper is None:
        return f"{value:.3f}"
    return f"{value:.3f} [{lower:.3f}, {upper:.3f}]"
