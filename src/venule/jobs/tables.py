"""The tables beside results.csv: the data dictionary, the segments, and Parquet copies."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from venule.batch import read_journal, write_whole
from venule.measurement import MEASUREMENTS, REGIONS
from venule.measurement.measured import columns_of

OTHERS = (
    ("fov_diameter_px", "diameter of the circle of the field of view", "px"),
    ("quality", "Dice with a drawing that such photographs have had, 0 to 1; of a map that was given, none", ""),
    ("quality_reasons", "what is wrong with the photograph, as codes; empty for a good one", ""),
    ("disc_confidence", "how far the place of the optic disc stands out from the next best, 0 to 1", ""),
    (
        "fovea_confidence",
        "how far the fovea stands out from the best place on the disc's other side, 0 to 1",
        "",
    ),
    ("reasons", "why measurements have no value: name and reason code", ""),
)


def write_dictionary(output: Path, *, units: Sequence[str]) -> None:
    """Write dictionary.csv: name, meaning, unit and source of every column of measurements.

    Args:
        output: the output folder.
        units: that lengths are given in besides pixels: "um" or "deg".

    Raises:
        OutputError: it cannot be written.
    """
    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow(["column", "meaning", "region", "unit", "source"])
    for column, meaning, unit in OTHERS:
        table.writerow([column, meaning, "", unit, ""])
    for definition in MEASUREMENTS:
        for region in ("", *(REGIONS if definition.by_region else ())):
            for column, unit in columns_of(definition, region, units):
                where = REGIONS[region] if region else "whole field of view"
                table.writerow([column, definition.meaning, where, unit, definition.source])
    write_whole(output / "dictionary.csv", text.getvalue().encode())


def write_segments(output: Path, *, columns: Sequence[str], suffix: str) -> None:
    """Join the tables of segments of all photographs to segments.csv and segments.parquet.

    Args:
        output: the output folder.
        columns: of the tables.
        suffix: of their names.

    Raises:
        OutputError: they cannot be written.
    """
    with (output / "results.csv").open(newline="", encoding="utf-8") as file:
        paths = {row["path"] for row in csv.DictReader(file)}
    records = sorted(read_journal(output).values(), key=lambda record: record.path)
    names = [name for r in records if r.path in paths for name in r.outputs if name.endswith(suffix)]
    parts = [(output / name).read_bytes().split(b"\r\n", 1)[1] for name in names]
    write_whole(output / "segments.csv", ",".join(columns).encode() + b"\r\n" + b"".join(parts))
    write_parquet(output / "segments.csv")


def write_parquet(table: Path) -> None:
    """Write a CSV table as Parquet, too, beside it.

    Raises:
        OutputError: it cannot be written.
    """
    import pandas as pd

    content = io.BytesIO()
    pd.read_csv(table, keep_default_na=False, na_values=[""]).to_parquet(content, index=False)
    write_whole(table.with_suffix(".parquet"), content.getvalue())
