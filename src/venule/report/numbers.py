"""Numbers as people read them; `server/page/figures.js` has the same rules."""

import math

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
