"""Measurements and quality as they show themselves in a notebook."""

import math
from collections.abc import Iterable, Sequence

from venule.measurement.dictionary import BY_NAME, MEASUREMENTS
from venule.measurement.measured import Measured, Value, columns_of
from venule.measurement.quality import LIMITS, Quality
from venule.measurement.regions import REGIONS
from venule.notebook import Cell, folded, number, page, sentence, table

SHOWN = (
    "vessel_density",
    "vessel_length",
    "calibre_median",
    "tortuosity_distance",
    "branchings",
    "branching_angle",
    "box_dimension",
)
_SIGNS = {"um": "µm", "um2": "µm²", "1/um": "/µm", "px2": "px²", "1/px": "/px", "deg": "°", "deg2": "°²", "1/deg": "/°",
          "degrees": "°"}  # fmt: skip


def measured_html(measured: Measured) -> str:
    """The measurements that are asked for most; folded, all of them, and those of the regions."""
    whole = [value for value in measured.values if not value.region]
    without = sum(value.value is None for value in measured.values)
    some = [value for value in whole if value.name in SHOWN]
    return page(
        "Measurements",
        _values(some, measured.units),
        sentence(_landmarks(measured)),
        folded(f"All {len(whole)}, of the whole field of view", _values(whole, measured.units)),
        folded(f"By region, {len(REGIONS)} of them", _by_region(measured.values)),
        sentence(f"{without} of {len(measured.values)} values have a reason in their place."),
    )


def quality_html(quality: Quality) -> str:
    """The score, what is wrong, and the properties that decided it."""
    score = "none: no model made the map" if quality.score is None else f"{number(quality.score)}, the Dice to expect"
    flawed = {LIMITS[reason].name for reason in quality.reasons}
    rows = [
        (name, _or_reason(value, "not known"), _limits(name), "look at it" if name in flawed else "")
        for name, value in vars(quality.properties).items()
    ]
    return page(
        "Quality",
        table({"Score": score, "Wrong with it": ", ".join(quality.reasons) or "nothing"}),
        folded("Properties", table(rows, header=("property", "value", "limit", ""))),
    )


def _values(values: Iterable[Value], units: dict[str, float]) -> str:
    """Value and interval of each measurement, in pixels and in the other units of the scale."""
    rows: list[Sequence[str | Cell]] = []
    for value in values:
        definition = BY_NAME[value.name]
        sizes = {"px": 1.0, **(units if definition.power and value.value is not None else {})}
        columns = columns_of(definition, value.region, tuple(sizes)[1:])
        cells: list[str | Cell] = []
        for size, (_, unit) in zip(sizes.values(), columns, strict=True):
            cells += _number(value, unit=unit, size=size**definition.power), _interval(value, size**definition.power)
        empty = [""] * (2 + 2 * len(units) - len(cells))
        rows.append((value.name, *cells, *empty, definition.meaning))
    return table(rows, header=("measurement", *("value", "95 % interval") * (1 + len(units)), "meaning"))


def _by_region(values: Iterable[Value]) -> str:
    """A row a region, its values in pixels; their intervals are shown when they are pointed at."""
    definitions = [definition for definition in MEASUREMENTS if definition.by_region]
    found = {(value.region, value.name): value for value in values}
    header = [Cell("region"), *(Cell(each.name, note=each.meaning) for each in definitions)]
    rows = [
        (
            Cell(region, note=meaning),
            *(_number(found[region, each.name], unit=columns_of(each, region)[0][1]) for each in definitions),
        )
        for region, meaning in REGIONS.items()
    ]
    return table(rows, header=header)


def _number(value: Value, *, unit: str, size: float = 1.0) -> Cell:
    if value.value is None:
        return Cell(value.reason, aside=True)
    return Cell(f"{number(value.value * size)} {_SIGNS.get(unit, unit)}".rstrip(), note=_interval(value, size))


def _interval(value: Value, size: float) -> str:
    if value.lower is None or value.upper is None:
        return ""
    return f"{number(value.lower * size)} to {number(value.upper * size)}"


def _or_reason(value: float, reason: str) -> Cell:
    return Cell(f"{value:.3f}") if math.isfinite(value) else Cell(reason, aside=True)


def _limits(name: str) -> str:
    """Between which values a property is no reason to look at a photograph."""
    limits = [limit for limit in LIMITS.values() if limit.name == name]
    least, most = max(limit.least for limit in limits), min(limit.most for limit in limits)
    if math.isfinite(least) and math.isfinite(most):
        return f"{least:g} to {most:g}"
    return f"at least {least:g}" if math.isfinite(least) else f"at most {most:g}"


def _landmarks(measured: Measured) -> str:
    disc, fovea = measured.disc, measured.fovea
    where = (
        "Optic disc: not found. "
        if disc is None
        else (
            f"Optic disc: {number(disc.diameter)} px across at row {disc.centre[0]:.0f}, column {disc.centre[1]:.0f}. "
        )
    )
    return where + (
        "Fovea: not found." if fovea is None else f"Fovea: at row {fovea.centre[0]:.0f}, column {fovea.centre[1]:.0f}."
    )
