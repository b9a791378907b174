"""What a report says of one photograph."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from venule.errors import VenuleError
from venule.photograph.arrays import ImageArray
from venule.report.numbers import NOTHING, interval_text, number_text

Picture = tuple[str, ImageArray]  # with its caption


@dataclass(frozen=True)
class ReportedValue:
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
        return NOTHING if self.value is None else self.format(self.value)

    @property
    def interval(self) -> str:
        """The interval; "" where there is none."""
        return interval_text(self.lower, self.upper, whole=self.whole)

    def format(self, number: float) -> str:
        """Another value of the same measurement."""
        return number_text(number, whole=self.whole)


@dataclass(frozen=True)
class RegionRow:
    """The measurements of one region.

    Attributes:
        name: of the region.
        values: in the order of the table's headings.
    """

    name: str
    values: tuple[ReportedValue, ...]

    @property
    def reason(self) -> str:
        """Why nothing is measured in this region; "" where something is, or where reasons differ."""
        reasons = {value.reason for value in self.values}
        return reasons.pop() if len(reasons) == 1 else ""


@dataclass(frozen=True)
class RegionTable:
    """Measurements by region: a row for each region, a column for each measurement."""

    headings: tuple[str, ...]
    rows: tuple[RegionRow, ...]


@dataclass(frozen=True, eq=False)
class Sheet:
    """What the report says of one photograph.

    Attributes:
        name: shown, and searched for.
        path: of the photograph; "" where it has none.
        groups: values under headings; none for a photograph that failed.
        make_regions: makes the table of the regions; None: there is none.
        flags: in a word each, what is wrong; of a photograph that failed, the reason.
        notes: the same in sentences.
        draw: makes the pictures when they are asked for, so that those of one photograph at a time are in memory;
            raises `VenuleError` where the photograph can no longer be shown.
        failed: whether there is nothing but the reason.
    """

    name: str
    path: str
    groups: Mapping[str, Sequence[ReportedValue]]
    make_regions: Callable[[], RegionTable] | None = None
    flags: Sequence[str] = ()
    notes: Sequence[str] = ()
    draw: Callable[[], Sequence[Picture]] = tuple
    failed: bool = False

    @cached_property
    def values(self) -> dict[str, ReportedValue]:
        """All values of the groups by their keys."""
        return {value.key: value for group in self.groups.values() for value in group}

    def value(self, key: str) -> float | None:
        """A measurement, where it has a value."""
        return one.value if (one := self.values.get(key)) else None

    def regions(self) -> RegionTable | None:
        """The table of the regions, where there is one."""
        return self.make_regions() if self.make_regions else None

    def shown(self) -> tuple[Sequence[Picture], Sequence[str]]:
        """The pictures, and the notes; where the photograph cannot be shown, a note says why."""
        try:
            return self.draw(), self.notes
        except VenuleError as error:
            return (), (*self.notes, f"The photograph cannot be shown: {error}")
