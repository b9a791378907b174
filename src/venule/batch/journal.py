"""The journal: one line for each finished file, on disk as soon as it is finished."""

import json
import os
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from venule.errors import OutputError

JOURNAL = "journal.jsonl"


@dataclass(frozen=True)
class Record:
    """What became of one file.

    Attributes:
        name: see `Item`.
        path: absolute.
        content: SHA-256 of the file; "" where it could not be read.
        settings: SHA-256 of the settings, see `settings_hash`.
        status: "ok" or "failed".
        reason: code of the failure; "" where there is none.
        message: of the failure, for people.
        seconds: from reading the file to the last of its outputs.
        row: what the work says of it.
        outputs: the files that were written, relative to the output folder.
    """

    name: str
    path: str
    content: str
    settings: str
    status: str
    reason: str = ""
    message: str = ""
    seconds: float = 0.0
    row: dict[str, Any] = field(default_factory=dict)
    outputs: list[str] = field(default_factory=list)


class Journal:
    """The journal of an output folder, open for appending.

    A line that a kill or a full disk cut off is as good as not there: its file is done again.

    Raises:
        OutputError: it cannot be written.
    """

    def __init__(self, output: Path) -> None:
        """Open the journal of an output folder, or begin one."""
        self._path = output / JOURNAL
        try:
            if self._path.exists():
                self._drop_half_line()
            self._file = self._path.open("ab", buffering=0)
        except OSError as error:
            raise OutputError(f"cannot write {self._path}: {error.strerror}") from error

    def append(self, record: Record) -> None:
        """Write the record down, before anything else happens.

        Raises:
            OutputError: the disk is full, or gone.
        """
        line = json.dumps(asdict(record), allow_nan=False).encode() + b"\n"
        try:
            written = self._file.write(line)
        except OSError as error:
            raise OutputError(f"cannot write {self._path}: {error.strerror}; what is finished is kept") from error
        if written != len(line):
            raise OutputError(f"cannot write {self._path}: no space left; what is finished is kept")

    def __enter__(self) -> Self:
        """Use in a `with`, which closes the file."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self._file.close()

    def _drop_half_line(self) -> None:
        content = self._path.read_bytes()
        whole = content.rfind(b"\n") + 1
        if whole < len(content):
            os.truncate(self._path, whole)


def read_journal(output: Path) -> dict[str, Record]:
    """The latest record of each name; empty where there is no journal.

    Args:
        output: the output folder.
    """
    path = output / JOURNAL
    records: dict[str, Record] = {}
    if path.exists():
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            record = _parse(line)
            if record:
                records[record.name] = record
    return records


def _parse(line: str) -> Record | None:
    try:
        entry = json.loads(line)
        return Record(**{key.name: entry[key.name] for key in fields(Record)})
    except (ValueError, KeyError, TypeError):
        return None
