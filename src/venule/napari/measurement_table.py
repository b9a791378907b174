"""Measurements as a table: a row each, with interval, unit and reason."""

import csv
import io
from pathlib import Path

from venule.measurement import Measured
from venule.measurement.dictionary import BY_NAME
from venule.measurement.measured import Value, columns_of
from venule.napari.writer import write_file

COLUMNS = ("measurement", "value", "lower", "upper", "unit", "region", "reason", "meaning")
Row = tuple[str, ...]


def measurement_rows(measured: Measured) -> list[Row]:
    """The rows under `COLUMNS`: first those of the whole field of view, then those of its regions.

    Lengths are in micrometres or degrees where the scale is known, else in pixels of the photograph.
    """
    ordered = sorted(measured.measurements, key=lambda value: bool(value.region))
    return [_row(value, measured.units) for value in ordered]


def write_table(path: Path, measured: Measured) -> None:
    """Write the rows as CSV.

    Raises:
        OutputError: the file cannot be written.
    """
    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow(COLUMNS)
    table.writerows(measurement_rows(measured))
    write_file(path, text.getvalue().encode())


def _row(value: Value, units: dict[str, float]) -> Row:
    definition = BY_NAME[value.name]
    _, unit = columns_of(definition, value.region, tuple(units))[-1]
    size = next(iter(units.values()), 1.0) ** definition.power
    numbers = (value.value, value.lower, value.upper)
    shown = ("" if number is None else _four_digits(number * size) for number in numbers)
    return (value.name, *shown, unit, value.region, value.reason, definition.meaning)


def _four_digits(number: float) -> str:
    """Four significant digits without an exponent, which spreadsheets misread."""
    return f"{number:.0f}" if abs(number) >= 1000 else f"{number:.4g}"
