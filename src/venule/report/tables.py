"""Numbers and tables as people read them; `server/page/numbers.js` has the same rules for numbers."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table as RichTable

NOTHING = "–"  # in place of a number that is not defined


def number_text(value: float, *, whole: bool = False) -> str:
    """A number to three significant digits, or whole if it is longer; a count without decimals.

    Numbers below 0.0001 have an exponent.

    Example:
        >>> number_text(1234.5), number_text(0.012345)
        ('1,234', '0.0123')
    """
    if whole:
        return f"{value:,.0f}"
    short = float(f"{value:.3g}")
    if short == 0:
        return "0"
    digits = 2 - math.floor(math.log10(abs(short)))
    return f"{value:,.{max(0, digits)}f}" if digits < 7 else f"{value:.2e}"


def interval_text(lower: float | None, upper: float | None, *, whole: bool = False) -> str:
    """An interval, such as "1.04 to 1.06"; "" where there is none. That of a count is widened to whole numbers."""
    if lower is None or upper is None:
        return ""
    low, high = (math.floor(lower), math.ceil(upper)) if whole else (lower, upper)
    return f"{number_text(low, whole=whole)} to {number_text(high, whole=whole)}"


def score_text(
    value: float | None,
    *,
    lower: float | None = None,
    upper: float | None = None,
    digits: int = 3,
    signed: bool = False,
) -> str:
    """A score with its interval, such as "0.812 [0.801, 0.823]"; a dash for what is not defined.

    Example:
        >>> score_text(0.812, lower=0.801, upper=0.823)
        '0.812 [0.801, 0.823]'
    """
    if value is None:
        return NOTHING
    form = f"{'+' if signed else ''}.{digits}f"
    return f"{value:{form}}" + ("" if lower is None or upper is None else f" [{lower:{form}}, {upper:{form}}]")


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
