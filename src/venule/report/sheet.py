"""What a report says of one photograph, from its row of results.csv."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from venule.errors import VenuleError
from venule.measurement import BY_NAME, MEASUREMENTS, REGIONS
from venule.measurement.measured import columns_of
from venule.photograph.arrays import ImageArray
from venule.report.labels import COUNTS, FLAWS, GROUPS, LABELS, PHOTOGRAPH, REASONS, REGION_NAMES, UNITS
from venule.report.tables import NOTHING, interval_text, number_text

NO_NUMBER = "not a number in results.csv"
GREATEST = 1e12  # of any measurement; a greater number has been written by another program
UNCERTAIN = 0.3  # confidence of the optic disc below which the report asks to check it

Row = Mapping[str, str]
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
    """The measurements of one region, in the order of the table's headings."""

    name: str
    values: Sequence[ReportedValue]

    @property
    def reason(self) -> str:
        """Why nothing is measured in this region; "" where something is, or where reasons differ."""
        reasons = {value.reason for value in self.values}
        return reasons.pop() if len(reasons) == 1 else ""


@dataclass(frozen=True, eq=False)
class Sheet:
    """What the report says of one photograph.

    Attributes:
        row: of results.csv, in text.
        name: shown, and searched for.
        path: of the photograph; "" where it has none.
        draw: makes the pictures when they are asked for, so that those of one photograph at a time are in memory;
            raises `VenuleError` where the photograph can no longer be shown. None: it could not be measured.
    """

    row: Row
    name: str
    path: str = ""
    draw: Callable[[], Sequence[Picture]] | None = None

    @property
    def failed(self) -> bool:
        """Whether there is nothing but the reason."""
        return self.draw is None

    @cached_property
    def groups(self) -> dict[str, list[ReportedValue]]:
        """The values under their headings; none of a photograph that failed."""
        if self.failed:
            return {}
        known = {name: self.row[name] for name in PHOTOGRAPH if self.row.get(name)}
        groups = {"Photograph": [_reported(name, *PHOTOGRAPH[name], [text]) for name, text in known.items()]}
        reasons = self._reasons()
        for heading, names in GROUPS.items():
            groups[heading] = [self._value(name, "", label, reasons) for name, label in names.items()]
        return groups

    @cached_property
    def values(self) -> dict[str, ReportedValue]:
        """All values of the groups by their keys."""
        return {value.key: value for group in self.groups.values() for value in group}

    def value(self, key: str) -> float | None:
        """A measurement, where it has a value."""
        return one.value if (one := self.values.get(key)) else None

    @property
    def flags(self) -> list[str]:
        """In a word each, what is wrong; of a photograph that failed, the reason."""
        if self.failed:
            return [self.row["reason"]]
        flags = {"disc uncertain": self._disc_note(), "cells without numbers": self._cells_note()}
        return [word for word, _ in self._flaws()] + [flag for flag, note in flags.items() if note]

    @property
    def notes(self) -> list[str]:
        """The same in sentences."""
        if self.failed:
            return [f"{self.row['reason']}: {self.row['message']}"]
        flaws = ", ".join(clause for _, clause in self._flaws())
        quality_note = flaws and f"Check the photograph before you use its measurements: {flaws}."
        return [note for note in (quality_note, self._disc_note(), self._cells_note()) if note]

    def regions(self) -> tuple[Sequence[str], Sequence[RegionRow]]:
        """Headings and rows of the table of regions; nothing of a photograph that failed."""
        if self.failed:
            return (), ()
        reasons = self._reasons()
        names = [definition.name for definition in MEASUREMENTS if definition.by_region]
        rows = [
            RegionRow(REGION_NAMES[region], [self._value(name, region, LABELS[name], reasons) for name in names])
            for region in REGIONS
        ]
        headings = []
        for name, values in zip(names, zip(*(row.values for row in rows), strict=True), strict=True):
            unit = next((value.unit for value in values if value.unit), "")
            headings.append(LABELS[name].removesuffix(", mean") + (f" ({unit})" if unit else ""))
        return headings, rows

    def shown(self) -> tuple[Sequence[Picture], Sequence[str]]:
        """The pictures, and the notes; where the photograph cannot be shown, a note says why."""
        try:
            return self.draw() if self.draw else (), self.notes
        except VenuleError as error:
            return (), (*self.notes, f"The photograph cannot be shown: {error}")

    def _flaws(self) -> list[Sequence[str]]:
        codes = [code for code in self.row.get("quality_reasons", "").split("; ") if code]
        return [FLAWS.get(code, (code, code)) for code in codes]

    def _disc_note(self) -> str:
        confidence = self.value("disc_confidence")
        if confidence is None or confidence >= UNCERTAIN:
            return ""
        return (
            f"The position of the optic disc is uncertain (confidence {self.row['disc_confidence']}): check it before "
            "you use the measurements of regions."
        )

    def _cells_note(self) -> str:
        wrong = ", ".join(key for key, value in self.values.items() if value.reason.startswith(NO_NUMBER))
        return wrong and f"These cells of its row in results.csv hold no numbers: {wrong}. See who changed them."

    def _reasons(self) -> dict[str, str]:
        return dict(part.split(": ", 1) for part in self.row.get("reasons", "").split("; ") if ": " in part)

    def _value(self, name: str, region: str, label: str, reasons: Mapping[str, str]) -> ReportedValue:
        """A measurement, in the unit that the scale gives, else in pixels."""
        key = f"{name}_{region}" if region else name
        units = dict(columns_of(BY_NAME[name], region, ("um", "deg")))
        known = [column for column in units if self.row.get(column)]
        if not known:
            code = reasons.get(key, "not-measurable")
            return ReportedValue(key, label, "", None, reason=REASONS.get(code, code))
        cells = [self.row.get(known[-1] + end, "") for end in ("", "_lower", "_upper")]
        unit = UNITS.get(units[known[-1]], units[known[-1]])
        return _reported(key, label, unit, cells, whole=name in COUNTS)


def _reported(key: str, label: str, unit: str, cells: Sequence[str], *, whole: bool = False) -> ReportedValue:
    """The value in these cells, and its interval; where one holds no number, the cells as they are."""
    value, lower, upper = [_number(cell) for cell in cells] + [None] * (3 - len(cells))
    if sum(number is not None for number in (value, lower, upper)) < sum(map(bool, cells)):
        shown = " ".join(cell for cell in cells if cell)
        return ReportedValue(key, label, unit, None, reason=f"{NO_NUMBER}: {shown}")
    return ReportedValue(key, label, unit, value, lower, upper, whole=whole)


def _number(text: str) -> float | None:
    """The number in a cell; None where there is none, or one that no eye has."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if abs(number) <= GREATEST and "_" not in text else None
