"""Write results.csv, joined tables and manifest.json, one record of the journal at a time."""

import csv
import io
import json
import os
import platform
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from typing import IO, Any, BinaryIO

from venule.batch.journal import JournalRecord
from venule.batch.outputs import Output

RESULTS, MANIFEST = "results.csv", "manifest.json"
LIBRARIES = ("numpy", "opencv-python-headless", "onnxruntime", "pillow", "scikit-image", "scipy")
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")  # spreadsheets treat the wide ones like the others
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

    Attributes:
        work: that the work fills, each float or str.
        carried: of the lists.
    """

    work: Mapping[str, type]
    carried: Sequence[str] = ()

    @cached_property
    def kinds(self) -> dict[str, type]:
        """The type of each column, float or str, in order."""
        listed = [self._listed(name) for name in self.carried]
        texts = dict.fromkeys(("path", *listed, *_BEFORE), str)
        return {**texts, **self.work, **dict.fromkeys(_AFTER, str)}

    def cells(self, record: JournalRecord) -> list[Any]:
        """The cells of a record."""
        known = {
            **{self._listed(name): value for name, value in record.carried.items()},
            **record.row,
            **{name: getattr(record, name) for name in ("path", *_BEFORE, "duplicate_of")},
            "outputs": ";".join(record.outputs),
        }
        return [known.get(column) for column in self.kinds]

    def row(self, record: JournalRecord) -> dict[str, Any]:
        """The cells by column, as Parquet takes them."""
        cells = zip(self.kinds, self.cells(record), strict=True)
        return {name: _unicode(cell) if isinstance(cell, str) else cell for name, cell in cells}

    def _listed(self, name: str) -> str:
        return f"list_{name}" if name in {"path", *_BEFORE, *_AFTER, *self.work} else name


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
            file.write(table.split(b"\r\n", 1)[1])


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
    """Quote a text that a spreadsheet would run as a formula (CWE-1236)."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
