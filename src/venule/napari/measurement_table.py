"""Measurements as a table: a row each, with interval, unit and reason."""

import csv
import io
from pathlib import Path

from venule.measurement import Measured
from venule.measurement.dictionary import BY_NAME
from venule.measurement.measured import Value
from venule.napari.writer import write_file

COLUMNS = ("measurement", "value", "lower", "upper", "unit", "region", "reason", "meaning")
Row = tuple[str, ...]


def measurement_rows(measured: Measured) -> list[Row]:
    """The rows under `COLUMNS`: first those of the whole field of view, then those of its regions.

    Lengths are in micrometres or degrees where the scale is known, else in pixels of the photograph.
    """
    return [_row(unit, one) for _, unit, one in sorted(measured.in_best_units(), key=lambda row: bool(row[2].region))]


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


def _row(unit: str, one: Value) -> Row:
    shown = ("" if number is None else _four_digits(number) for number in (one.value, one.lower, one.upper))
    return (one.name, *shown, unit, one.region, one.reason, BY_NAME[one.name].meaning)


def _four_digits(number: float) -> str:
    """Four significant digits without an exponent, which spreadsheets misread."""
    return f"{number:.0f}" if abs(number) >= 1000 else f"{number:.4g}"
