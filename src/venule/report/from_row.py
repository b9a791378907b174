"""A row of results.csv -> the sheet of its photograph."""

from collections.abc import Callable, Mapping
from functools import partial

from venule.measurement import BY_NAME, MEASUREMENTS, REGIONS
from venule.measurement.measured import columns_of
from venule.report.labels import COUNTS, FLAWS, GROUPS, LABELS, PHOTOGRAPH, REASONS, REGION_NAMES, UNITS
from venule.report.pictures import Drawn, make_pictures
from venule.report.sheet import RegionRow, RegionTable, ReportedValue, Sheet

UNCERTAIN = 0.3  # confidence of the optic disc below which the report asks to check it

Row = Mapping[str, str]


def make_sheet(row: Row, *, name: str, path: str = "", load: Callable[[], Drawn] | None = None) -> Sheet:
    """The sheet of one photograph, from its row.

    Args:
        row: as in results.csv, in text.
        name: shown as the title.
        path: of the photograph; "" where it has none.
        load: what the pictures are drawn from, when they are drawn; raises `VenuleError` where it is gone. None: the
            photograph could not be measured.
    """
    if load is None:
        message = f"{row['reason']}: {row['message']}"
        return Sheet(name, path, {}, flags=(row["reason"],), notes=(message,), failed=True)
    flags, notes = _flags(row)
    return Sheet(name, path, _groups(row), partial(_regions, row), flags, notes, lambda: make_pictures(load()))


def _flags(row: Row) -> tuple[list[str], list[str]]:
    flags, notes = [], []
    if codes := [code for code in row.get("quality_reasons", "").split("; ") if code]:
        words = [FLAWS.get(code, (code, code)) for code in codes]
        flags += [word for word, _ in words]
        clauses = ", ".join(clause for _, clause in words)
        notes.append(f"Check the photograph before you use its measurements: {clauses}.")
    if (confidence := row.get("disc_confidence")) and float(confidence) < UNCERTAIN:
        flags.append("disc uncertain")
        notes.append(
            f"The position of the optic disc is uncertain (confidence {confidence}): check it before you use the "
            "measurements of regions."
        )
    return flags, notes


def _groups(row: Row) -> dict[str, list[ReportedValue]]:
    known = {name: row[name] for name in PHOTOGRAPH if row.get(name)}
    photograph = [ReportedValue(name, *PHOTOGRAPH[name], float(value)) for name, value in known.items()]
    reasons = _reasons(row)
    groups = {
        heading: [_value(row, name, "", reasons, label) for name, label in names.items()]
        for heading, names in GROUPS.items()
    }
    return {"Photograph": photograph, **groups}


def _regions(row: Row) -> RegionTable:
    reasons = _reasons(row)
    names = [definition.name for definition in MEASUREMENTS if definition.by_region]
    rows = tuple(
        RegionRow(REGION_NAMES[region], tuple(_value(row, name, region, reasons, LABELS[name]) for name in names))
        for region in REGIONS
    )
    labels = [LABELS[name].removesuffix(", mean") for name in names]
    columns = zip(*(one.values for one in rows), strict=True)
    units = (next((value.unit for value in column if value.unit), "") for column in columns)
    headings = (f"{label} ({unit})" if unit else label for label, unit in zip(labels, units, strict=True))
    return RegionTable(tuple(headings), rows)


def _reasons(row: Row) -> dict[str, str]:
    return dict(part.split(": ", 1) for part in row.get("reasons", "").split("; ") if ": " in part)


def _value(row: Row, name: str, region: str, reasons: Mapping[str, str], label: str) -> ReportedValue:
    """A measurement, in the unit that the scale gives, else in pixels."""
    key = f"{name}_{region}" if region else name
    columns = [(column, unit) for column, unit in columns_of(BY_NAME[name], region, ("um", "deg")) if row.get(column)]
    if not columns:
        code = reasons.get(key, "not-measurable")
        return ReportedValue(key, label, "", None, reason=REASONS.get(code, code))
    column, unit = columns[-1]
    value, lower, upper = (
        float(text) if (text := row.get(column + part)) else None for part in ("", "_lower", "_upper")
    )
    return ReportedValue(key, label, UNITS.get(unit, unit), value, lower, upper, whole=name in COUNTS)
