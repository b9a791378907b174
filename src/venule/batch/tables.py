"""Write results.csv, joined tables and manifest.json, one record of the journal at a time."""

import csv
import importlib
import io
import json
import os
import platform
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from importlib.util import find_spec
from itertools import islice
from typing import IO, Any, BinaryIO

from venule.batch.journal import Journal, JournalRecord
from venule.batch.outputs import Output
from venule.errors import OutputError, missing_extra

RESULTS, MANIFEST, PARQUET = "results.csv", "manifest.json", "results.parquet"
ROWS = 1000  # of a row group of Parquet
LIBRARIES = ("numpy", "opencv-python-headless", "onnxruntime", "pillow", "scikit-image", "scipy")
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")  # spreadsheets treat the wide ones like the others
_NUMBER = re.compile(r"[-+]?\d+([.,]\d+)?([eE][-+]?\d+)?", re.ASCII)
_KINDS = {"float": float, "str": str}
_BEFORE, _AFTER = ("status", "reason", "message"), ("duplicate_of", "outputs")


@dataclass(frozen=True)
class Joined:
    """A table of a batch that joins the tables of its files.

    Attributes:
        name: "segments" for segments.csv.
        columns: of it, each float or str.
    """

    name: str
    columns: Mapping[str, type]


@dataclass(frozen=True)
class Columns:
    """The columns of a table of results.

    A column of a list with the same name as one of venule's own gets the prefix "list_".
    """

    work: Mapping[str, type]  # that the work fills, each float or str
    carried: Sequence[str] = ()  # of the lists
    others: Collection[str] = ()  # further names that are taken

    @cached_property
    def kinds(self) -> dict[str, type]:
        """The type of each column, float or str, in order."""
        texts = dict.fromkeys(("path", *self._listed.values(), *_BEFORE), str)
        return {**texts, **self.work, **dict.fromkeys(_AFTER, str)}

    def cells(self, record: JournalRecord) -> list[Any]:
        """The cells of a record."""
        known = {
            **{self._listed[name]: value for name, value in record.carried.items() if name in self._listed},
            **record.row,
            **{name: getattr(record, name) for name in ("path", *_BEFORE, "duplicate_of")},
            "outputs": ";".join(record.outputs),
        }
        return [known.get(column) for column in self.kinds]

    def row(self, record: JournalRecord) -> dict[str, Any]:
        """The cells by column, as Parquet takes them."""
        cells = zip(self.kinds, self.cells(record), strict=True)
        return {name: _unicode(cell) if isinstance(cell, str) else cell for name, cell in cells}

    @cached_property
    def _listed(self) -> dict[str, str]:
        """The columns of the lists by their names there."""
        taken = {"path", *_BEFORE, *_AFTER, *self.work, *self.others}
        listed = {}
        for name in self.carried:
            column = name
            while column in taken:
                column = f"list_{column}"
            taken.add(column)
            listed[name] = column
        return listed


def write_tables(output: Output, journal: Journal) -> None:
    """Write results.csv and the other tables, with Parquet copies if pyarrow is installed."""
    try:
        about = journal.data("tables", {})
        columns = Columns(_types(about["columns"]), journal.carried())
        tables = {suffix: Joined(name, _types(kinds)) for suffix, (name, kinds) in about["joined"].items()}
        settings, copied = about["settings"], about["parquet"] and find_spec("pyarrow") is not None
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise OutputError(f"{journal.path} is damaged: it does not say which tables it has") from error

    def records() -> Iterator[JournalRecord]:
        return journal.records(settings=settings)

    write_results(output, records(), columns)
    if copied:
        write_parquet(output, records(), columns)
    else:  # what an earlier run has copied would be out of date
        for name in ("results", *(joined.name for joined in tables.values())):
            output.remove(f"{name}.parquet")
    for suffix, joined in tables.items():
        contents = (
            _read(output, place)
            for record in records()
            for place in (() if record.duplicate_of else record.outputs)
            if place.endswith(suffix)
        )
        write_joined(output, copy_to_parquet(output, contents, joined) if copied else contents, joined)


def _read(output: Output, name: str) -> bytes:
    """A table of a file; empty if it was lost since and the run has not come to it again."""
    try:
        return output.read(name)
    except OSError:
        return b""


def write_results(output: Output, records: Iterable[JournalRecord], columns: Columns) -> None:
    """Write results.csv: one row a file."""
    with output.writing(RESULTS) as file, _text(file) as text:
        table = csv.writer(text)
        table.writerow([harmless(column) for column in columns.kinds])
        for record in records:
            table.writerow([harmless(cell) for cell in columns.cells(record)])


def write_joined(output: Output, tables: Iterable[bytes], joined: Joined) -> None:
    """Join the CSV tables of all files."""
    with output.writing(f"{joined.name}.csv") as file:
        file.write(",".join(joined.columns).encode() + b"\r\n")
        for table in tables:
            file.write(table.partition(b"\r\n")[2])


def _unicode(text: str) -> str:
    """Replace bytes of a file's name that are not UTF-8, so that the table stays readable."""
    return text.encode("utf-8", "backslashreplace").decode()


@contextmanager
def _text(file: BinaryIO) -> Iterator[IO[str]]:
    text = io.TextIOWrapper(file, encoding="utf-8", errors="backslashreplace", newline="")
    try:
        yield text
        text.flush()
    finally:
        text.detach()


def write_manifest(output: Output, *, settings: Mapping[str, Any], **about: Any) -> None:
    """Write manifest.json: version, settings, machine, times and counts."""
    machine = {
        "python": platform.python_version(),
        "system": platform.platform(),
        "cores": os.cpu_count(),
        "libraries": {name: version(name) for name in LIBRARIES},
    }
    manifest = {"venule": version("venule"), "settings": settings, **about, "platform": machine}
    output.write(MANIFEST, (json.dumps(manifest, indent=2) + "\n").encode())


def harmless(cell: Any) -> Any:
    """Quote a text that a spreadsheet would run as a formula (CWE-1236); a number, such as a refraction, is none."""
    runs = isinstance(cell, str) and cell.startswith(_FORMULA) and not _NUMBER.fullmatch(cell)
    return f"'{cell}" if runs else cell


def parquet() -> Any:
    """The module `pyarrow.parquet`; an error with the name of the extra if it is not installed."""
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


def _types(columns: Mapping[str, str]) -> dict[str, type]:
    return {name: _KINDS[kind] for name, kind in columns.items()}
