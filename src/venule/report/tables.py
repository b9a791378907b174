"""Tables of scores, for the terminal and for Markdown."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table as RichTable


@dataclass(frozen=True)
class Table:
    """A table of text: names in the first column, numbers in the others.

    Attributes:
        title: what it shows.
        columns: headings.
        rows: as many cells each as there are headings.

    Example:
        >>> Table("Inside", ("score", "mine"), (("Dice", "0.812"),)).to_markdown().splitlines()[-1]
        '| Dice | 0.812 |'
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def to_markdown(self) -> str:
        """The title as a heading, and a GitHub table with the numbers to the right."""
        rule = ("---", *("---:" for _ in self.columns[1:]))
        lines = (" | ".join(cell.replace("|", "\\|") for cell in row) for row in (self.columns, rule, *self.rows))
        return f"## {self.title}\n\n" + "\n".join(f"| {line} |" for line in lines) + "\n"

    def to_rich(self) -> "RichTable":
        """The table for `rich.print`."""
        from rich.markup import escape
        from rich.table import Table as RichTable

        table = RichTable(title=escape(self.title), title_justify="left")
        for number, column in enumerate(self.columns):
            table.add_column(escape(column), justify="right" if number else "left")
        for row in self.rows:
            table.add_row(*(escape(cell) for cell in row))
        return table
