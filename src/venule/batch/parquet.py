"""Parquet, where pyarrow is installed: the copies of the tables."""

import csv
import importlib
import io
from collections.abc import Iterable, Iterator, Mapping
from importlib.util import find_spec
from itertools import islice
from typing import Any

from venule.batch.journal import JournalRecord
from venule.batch.outputs import Output
from venule.batch.tables import Columns, Joined
from venule.errors import missing_extra

PARQUET = "results.parquet"
ROWS = 1000  # of a row group


def has_parquet() -> bool:
    """Whether Parquet can be written and read."""
    return find_spec("pyarrow") is not None


def parquet() -> Any:
    """The module `pyarrow.parquet`.

    Raises:
        MissingExtraError: pyarrow is not installed.
    """
    try:
        return importlib.import_module("pyarrow.parquet")
    except ModuleNotFoundError as error:
        raise missing_extra("parquet", "Parquet needs pyarrow") from error


def write_parquet(output: Output, records: Iterable[JournalRecord], columns: Columns) -> None:
    """Write results.parquet, the table of results.csv: numbers as float64, texts as strings."""
    schema = schema_of(columns.kinds)
    rows = iter(records)
    with output.writing(PARQUET) as file, parquet().ParquetWriter(file, schema) as writer:
        while part := list(islice(rows, ROWS)):
            writer.write_table(table_of([columns.row(record) for record in part], schema))


def copy_to_parquet(output: Output, tables: Iterable[bytes], joined: Joined) -> Iterator[bytes]:
    """The CSV tables of all files, each passed on when its rows are in the Parquet copy of the joined table."""
    schema = schema_of(joined.columns)
    with output.writing(f"{joined.name}.parquet") as file, parquet().ParquetWriter(file, schema) as writer:
        for table in tables:
            rows = [
                {name: _cell(row[name], kind) for name, kind in joined.columns.items()}
                for row in csv.DictReader(io.StringIO(table.decode("utf-8"), newline=""))
            ]
            writer.write_table(table_of(rows, schema))
            yield table


def _cell(text: str, kind: type) -> Any:
    return text if kind is str else float(text) if text else None


def table_of(rows: list[dict[str, Any]], schema: Any) -> Any:
    """Rows as pyarrow's table."""
    import pyarrow as pa

    return pa.Table.from_pylist(rows, schema)


def schema_of(kinds: Mapping[str, type]) -> Any:
    """Columns, each float, str or bytes, as pyarrow's schema."""
    import pyarrow as pa

    types = {float: pa.float64(), str: pa.string(), bytes: pa.binary()}
    return pa.schema([(name, types[kind]) for name, kind in kinds.items()])
