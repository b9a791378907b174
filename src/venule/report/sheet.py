"""What a report says of one photograph."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from venule.errors import VenuleError
from venule.photograph.arrays import ImageArray

Picture = tuple[str, ImageArray]  # with its caption


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
        whole: a count.
    """

    key: str
    label: str
    unit: str
    value: float | None
    lower: float | None = None
    upper: float | None = None
    reason: str = ""
    whole: bool = False

    @property
    def heading(self) -> str:
        """The label with the unit."""
        return f"{self.label} ({self.unit})" if self.unit else self.label

    @property
    def text(self) -> str:
        """The value without its unit; a dash where there is none."""
        return "–" if self.value is None else self.written(self.value)

    @property
    def interval(self) -> str:
        """The interval; "" where there is none. That of a count is widened to whole numbers."""
        if self.lower is None or self.upper is None:
            return ""
        low, high = (math.floor(self.lower), math.ceil(self.upper)) if self.whole else (self.lower, self.upper)
        return f"{self.written(low)} to {self.written(high)}"

    def written(self, number: float) -> str:
        """Another value of the same measurement."""
        return f"{number:,.0f}" if self.whole else number_text(number)


@dataclass(frozen=True)
class Regions:
    """Measurements by region: a row a region, a column a measurement.

    Attributes:
        columns: headings.
        rows: name of the region and its figures.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Figure, ...]], ...]


@dataclass(frozen=True, eq=False)
class Sheet:
    """What the report says of one photograph.

    Attributes:
        name: shown, and searched for.
        path: of the photograph; "" where it has none.
        groups: figures under headings; none for a photograph that failed.
        regions: makes those by region when they are asked for; None: there are none.
        flags: in a word each, what makes it worth a look; of one that failed, the reason.
        notes: the same in sentences.
        draw: makes the pictures when they are asked for, so that those of one photograph at a time are in memory;
            raises `VenuleError` where the photograph cannot be shown any more.
        failed: whether there is nothing but the reason.
    """

    name: str
    path: str
    groups: Mapping[str, Sequence[Figure]]
    regions: Callable[[], Regions] | None = None
    flags: Sequence[str] = ()
    notes: Sequence[str] = ()
    draw: Callable[[], Sequence[Picture]] = tuple
    failed: bool = False

    @cached_property
    def figures(self) -> dict[str, Figure]:
        """All figures of the groups by their keys."""
        return {figure.key: figure for group in self.groups.values() for figure in group}

    def value(self, key: str) -> float | None:
        """A measurement, where it has a value."""
        return figure.value if (figure := self.figures.get(key)) else None

    def shown(self) -> tuple[Sequence[Picture], Sequence[str]]:
        """The pictures, and the notes; where the photograph cannot be shown, a note says why."""
        try:
            return self.draw(), self.notes
        except VenuleError as error:
            return (), (*self.notes, f"The photograph cannot be shown any more: {error}")


def number_text(value: float) -> str:
    """A number to three digits, or whole where it has more; without an exponent where people would not use one."""
    short = float(f"{value:.3g}")
    if short == 0:
        return "0"
    digits = 2 - math.floor(math.log10(abs(short)))
    return f"{value:,.{max(0, digits)}f}" if -4 < digits < 7 else f"{value:.2e}"
