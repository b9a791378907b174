"""What measuring a photograph gives: values with intervals, or reasons."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from venule.measurement.dictionary import BY_NAME, MEASUREMENTS, Definition
from venule.measurement.disc import Disc
from venule.measurement.fovea import Fovea
from venule.measurement.graph import VesselGraph
from venule.measurement.regions import REGIONS

PARTS = ("", "_lower", "_upper")  # of the names of a measurement's columns


@dataclass(frozen=True)
class Value:
    """One measurement: a number, or the reason why there is none.

    Attributes:
        name: see `venule.measurement.MEASUREMENTS`.
        region: "" for the whole field of view; otherwise see `venule.measurement.REGIONS`.
        value: lengths in pixels of the photograph; None where there is a reason.
        lower: end of the 95 % interval; None where there is none.
        upper: end of the 95 % interval; None where there is none.
        reason: code; "" where there is a value.
    """

    name: str
    region: str
    value: float | None
    lower: float | None = None
    upper: float | None = None
    reason: str = ""


@dataclass(frozen=True, eq=False, repr=False)
class Measured:
    """The vessels of one photograph, measured. Lengths and positions are in pixels of the photograph.

    Attributes:
        values: every measurement, in the order of the dictionary, the whole field of view before its regions.
        graph: ends, branchings, crossings and segments.
        disc: None where it was not found.
        fovea: None where it was not found or is not shown.
        units: other units that the scale gives, "um" or "deg", and how many of each a pixel is.
    """

    values: tuple[Value, ...]
    graph: VesselGraph
    disc: Disc | None
    fovea: Fovea | None
    units: dict[str, float]

    def __getitem__(self, name: str) -> float:
        """A measurement by its name, or name and region joined by "_".

        Raises:
            KeyError: there is no such measurement, or it has no value here.
        """
        found = self.find(name)
        if found.value is None:
            raise KeyError(f"{name} has no value here: {found.reason}")
        return found.value

    def find(self, name: str) -> Value:
        """A measurement with its interval, or with the reason why it has no value; by its name as in brackets.

        Raises:
            KeyError: there is no such measurement.
        """
        for value in self.values:
            if name == (f"{value.name}_{value.region}" if value.region else value.name):
                return value
        raise KeyError(f"there is no measurement {name!r}; known: {', '.join(BY_NAME)}")

    def __repr__(self) -> str:
        """How much there is, not each value."""
        found = sum(value.value is not None for value in self.values)
        return (
            f"Measured(values={found} of {len(self.values)}, segments={len(self.graph.segments)}, units={self.units})"
        )

    def row(self) -> dict[str, Any]:
        """As a row of a table: each value in each unit, its interval in `_lower` and `_upper`, and `reasons`."""
        row: dict[str, Any] = {}
        for value in self.values:
            definition = BY_NAME[value.name]
            for unit, size in {"px": 1.0, **(self.units if definition.power else {})}.items():
                column = definition.column(value.region, unit)
                for suffix, number in zip(PARTS, (value.value, value.lower, value.upper), strict=True):
                    row[column + suffix] = None if number is None else _round(number * size**definition.power)
        row["disc_confidence"] = self.disc.confidence if self.disc else None
        row["fovea_confidence"] = self.fovea.confidence if self.fovea else None
        reasons = (f"{'_'.join(filter(None, (v.name, v.region)))}: {v.reason}" for v in self.values if v.reason)
        row["reasons"] = "; ".join(reasons)
        return row


def table_columns(units: Sequence[str] = ()) -> list[str]:
    """The columns of `Measured.row`, where lengths are given in these units, too."""
    names = []
    for definition in MEASUREMENTS:
        for region in ("", *(REGIONS if definition.by_region else ())):
            names += [column + part for column, _ in columns_of(definition, region, units) for part in PARTS]
    return [*names, "disc_confidence", "fovea_confidence", "reasons"]


def columns_of(definition: Definition, region: str, units: Sequence[str] = ()) -> list[tuple[str, str]]:
    """The columns of one measurement, without those of its interval, each with its unit."""
    if not definition.power:
        return [(definition.column(region), "degrees" if definition.unit else "")]
    sizes = {1: "{}", 2: "{}2", -1: "1/{}"}
    return [(definition.column(region, unit), sizes[definition.power].format(unit)) for unit in ("px", *units)]


def _round(number: float) -> float:
    """To six digits: more would be noise, and make tables hard to read."""
    return float(f"{number:.6g}")
