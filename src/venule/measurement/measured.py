"""What measuring a photograph gives: values with intervals, or reasons."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import cached_property
from typing import TYPE_CHECKING, Any

from venule.measurement.dictionary import BY_NAME, MEASUREMENTS, Definition
from venule.measurement.graph import VesselGraph
from venule.measurement.regions import REGIONS
from venule.vessel_map import Landmarks

if TYPE_CHECKING:
    from pandas import DataFrame

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

    Example:
        >>> density = measured.find("vessel_density")
        >>> density.lower < density.value < density.upper
        True
    """

    name: str
    region: str
    value: float | None
    lower: float | None = None
    upper: float | None = None
    reason: str = ""

    def times(self, size: float) -> "Value":
        """The same in another unit."""
        value, lower, upper = (None if n is None else n * size for n in (self.value, self.lower, self.upper))
        return replace(self, value=value, lower=lower, upper=upper)


@dataclass(frozen=True, eq=False, repr=False)
class Measured(Mapping[str, float]):
    """The vessels of one photograph, measured: the numbers, by the names of their columns in results.csv.

    Only what has a value is in it. Lengths and positions are in pixels of the photograph; with a scale, lengths in
    micrometres or degrees are in it, too.

    Attributes:
        measurements: every measurement in pixels, with its interval or the reason why it has no value, in the order of
            the dictionary, the whole field of view before its regions.
        graph: ends, branchings, crossings and segments.
        landmarks: the optic disc and the fovea.
        units: other units that the scale gives, "um" or "deg", and how many of each a pixel is.
        no_units: units that were asked for and are not known, with the reason.

    Example:
        >>> measured["calibre_p90_px"] > 1
        True
        >>> "avascular_radius_um" in measured
        False
        >>> measured.find("calibre_smallest_px").reason
        ''
        >>> list(measured.to_pandas().columns)
        ['column', 'region', 'value', 'lower', 'upper', 'unit', 'reason']
    """

    measurements: tuple[Value, ...]
    graph: VesselGraph
    landmarks: Landmarks
    units: dict[str, float]
    no_units: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, column: str) -> float:
        """A number by the name of its column.

        Raises:
            KeyError: there is no such measurement, or it has no value here, with the reason.
        """
        found = self.find(column)
        if found.value is None:
            raise KeyError(f"{column} has no value here: {found.reason}")
        return found.value

    def __iter__(self) -> Iterator[str]:
        return (column for column, value in self._by_column.items() if value.value is not None)

    def __len__(self) -> int:
        return sum(value.value is not None for value in self._by_column.values())

    def find(self, column: str) -> Value:
        """A measurement with its interval, or with the reason why it has no value, in the unit of its column.

        Args:
            column: such as `calibre_mean_zone_b_px`.

        Raises:
            KeyError: there is no such measurement.
        """
        if column in self._by_column:
            return self._by_column[column]
        for unit, reason in self.no_units.items():
            if column in table_columns([unit]):
                raise KeyError(f"{column} has no value here: {reason}")
        if column in table_columns(("um", "deg")):
            raise KeyError(f"{column} needs a scale: measure(..., scale=venule.Scale(um_per_pixel=...)) or another")
        close = get_close_matches(column, self._by_column, n=1, cutoff=0.5)
        hint = f": did you mean {close[0]!r}?" if close else ""
        raise KeyError(f"there is no measurement {column!r}{hint}")

    def __repr__(self) -> str:
        """How much there is, not each value."""
        found = sum(value.value is not None for value in self.measurements)
        return (
            f"Measured(values={found} of {len(self.measurements)}, segments={len(self.graph.segments)}, "
            f"units={self.units})"
        )

    def row(self) -> dict[str, Any]:
        """As a row of a table: each value in each unit, its interval in `_lower` and `_upper`, and `reasons`."""
        row: dict[str, Any] = {}
        for column, value in self._by_column.items():
            for part, number in zip(PARTS, (value.value, value.lower, value.upper), strict=True):
                row[column + part] = None if number is None else _round(number)
        disc, fovea = self.landmarks.disc, self.landmarks.fovea
        row["disc_confidence"] = disc.confidence if disc else None
        row["fovea_confidence"] = fovea.confidence if fovea else None
        reasons = {"_".join(filter(None, (v.name, v.region))): v.reason for v in self.measurements if v.reason}
        row["reasons"] = "; ".join(f"{name}: {reason}" for name, reason in (self.no_units | reasons).items())
        return row

    def in_best_units(self) -> list[tuple[str, str, Value]]:
        """Every measurement with its column and unit: micrometres or degrees with a scale, otherwise pixels."""
        last = [columns_of(BY_NAME[one.name], one.region, tuple(self.units))[-1] for one in self.measurements]
        return [(column, unit, self._by_column[column]) for column, unit in last]

    def to_pandas(self) -> "DataFrame":
        """A table with a row for each measurement: column, region, value, lower, upper, unit, reason."""
        from pandas import DataFrame

        units = {
            column: unit
            for value in self.measurements
            for column, unit in columns_of(BY_NAME[value.name], value.region, tuple(self.units))
        }
        rows = [(c, v.region, v.value, v.lower, v.upper, units[c], v.reason) for c, v in self._by_column.items()]
        return DataFrame(rows, columns=["column", "region", "value", "lower", "upper", "unit", "reason"])

    @cached_property
    def _by_column(self) -> dict[str, Value]:
        """Every measurement in each of its units, by the name of its column."""
        found = {}
        for value in self.measurements:
            definition = BY_NAME[value.name]
            for unit, size in {"px": 1.0, **(self.units if definition.power else {})}.items():
                found[definition.column(value.region, unit)] = value.times(size**definition.power)
        return found


def table_columns(units: Sequence[str] = ()) -> list[str]:
    """The columns of `Measured.row`, where lengths are given in these units, too.

    Example:
        >>> table_columns()[:3]
        ['vessel_density', 'vessel_density_lower', 'vessel_density_upper']
    """
    names = [column + part for column, *_ in dictionary_rows(units) for part in PARTS]
    return [*names, "disc_confidence", "fovea_confidence", "reasons"]


def dictionary_rows(units: Sequence[str] = ()) -> list[tuple[str, str, str, str, str]]:
    """The columns of all measurements, without those of their intervals: name, meaning, region, unit and source.

    Args:
        units: in which lengths are given besides pixels: "um" or "deg".

    Example:
        >>> dictionary_rows()[0][0]
        'vessel_density'
    """
    regions = {"": "whole field of view", **REGIONS}
    return [
        (column, definition.meaning, regions[region], unit, definition.source)
        for definition in MEASUREMENTS
        for region in definition.regions
        for column, unit in columns_of(definition, region, units)
    ]


def columns_of(definition: Definition, region: str, units: Sequence[str] = ()) -> list[tuple[str, str]]:
    """The columns of one measurement, without those of its interval, each with its unit."""
    if not definition.power:
        return [(definition.column(region), "degrees" if definition.unit else "")]
    sizes = {1: "{}", 2: "{}2", -1: "1/{}"}
    return [(definition.column(region, unit), sizes[definition.power].format(unit)) for unit in ("px", *units)]


def _round(number: float) -> float:
    """To six digits: more would be noise, and make tables hard to read."""
    return float(f"{number:.6g}")
