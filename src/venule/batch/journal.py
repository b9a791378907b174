"""The journal: what became of each file, on disk as soon as it is finished.

SQLite, and no file that is appended to: it finds one record among a million without reading the others, counts them
while a job runs, and each record is a transaction that a kill leaves whole or undone. Each row has a checksum, for what
a disk does to it SQLite does not see.
"""

import json
import os
import sqlite3
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from venule.errors import OutputError, VenuleError

JOURNAL = "journal.sqlite"
VERSION = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS about (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS records (
    name BLOB PRIMARY KEY, path BLOB NOT NULL, content TEXT NOT NULL, settings TEXT NOT NULL, status TEXT NOT NULL,
    reason TEXT NOT NULL, message BLOB NOT NULL, seconds REAL NOT NULL, ended REAL NOT NULL, size INTEGER,
    modified TEXT NOT NULL, duplicate_of BLOB NOT NULL, row BLOB NOT NULL, outputs BLOB NOT NULL, carried BLOB NOT NULL,
    checksum INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS items (
    number INTEGER PRIMARY KEY, path BLOB NOT NULL, name BLOB NOT NULL, whole BLOB NOT NULL, folded TEXT NOT NULL,
    given INTEGER NOT NULL, size INTEGER, modified TEXT NOT NULL, archive BLOB NOT NULL, member TEXT NOT NULL,
    carried TEXT NOT NULL, problem TEXT NOT NULL, mark TEXT NOT NULL, twin INTEGER
);
CREATE TABLE IF NOT EXISTS parts (name BLOB PRIMARY KEY, part INTEGER NOT NULL, checksum INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS parts_part ON parts (part);
CREATE INDEX IF NOT EXISTS records_path ON records (path);
CREATE INDEX IF NOT EXISTS records_ended ON records (ended);
CREATE INDEX IF NOT EXISTS records_copies ON records (duplicate_of) WHERE duplicate_of != X'';
"""
_COLUMNS = (
    "name", "path", "content", "settings", "status", "reason", "message", "seconds", "ended", "size", "modified",
    "duplicate_of", "row", "outputs", "carried",
)  # fmt: skip
_TEXTS = {"name", "path", "message", "duplicate_of"}  # may hold bytes that are no UTF-8: names of files
_PACKED = {"row", "outputs", "carried"}
_NUMBERS = {"seconds", "ended"}


@dataclass(frozen=True)
class Record:
    """What became of one file.

    Attributes:
        name: what its outputs begin with.
        path: absolute, or a URL; of a file in an archive, the archive's with the file's name after it.
        content: SHA-256 of the file; "" where it could not be read.
        settings: SHA-256 of the settings.
        status: "ok" or "failed".
        reason: code of the failure; "" where there is none.
        message: of the failure, for people.
        seconds: from reading the file to the last of its outputs.
        ended: when, in seconds since 1970.
        size: of the file in bytes; None where it could not be read.
        modified: see `Source`; "" where it is not known.
        duplicate_of: path of a file of the same content, whose outputs these are; "" for a file done by itself.
        row: what the work says of it.
        outputs: the files that were written, relative to the output folder, and their sizes in bytes.
        carried: columns of a list.
    """

    name: str
    path: str
    content: str
    settings: str
    status: str
    reason: str = ""
    message: str = ""
    seconds: float = 0.0
    ended: float = field(default_factory=time.time)
    size: int | None = None
    modified: str = ""
    duplicate_of: str = ""
    row: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, int] = field(default_factory=dict)
    carried: Mapping[str, str] = field(default_factory=dict)


class Journal:
    """The journal of an output folder.

    Args:
        folder: that it lies in.
        read_only: change nothing, so that it may be read while a run is at work, or where nothing can be written.

    Raises:
        OutputError: it cannot be written, or read.
        VenuleError: it is damaged, or of another version of venule.
    """

    def __init__(self, folder: Path, *, read_only: bool = False) -> None:
        """Open the journal of an output folder, or begin one."""
        self.path, self._read_only = folder / JOURNAL, read_only
        with self.guarded():
            if read_only:
                self.connection = sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=ro", uri=True)
                if not self.connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'parts_part'").fetchone():
                    raise VenuleError(f"{self.path} is only just being made: ask again", reason="no-journal")
                return
            # autocommit: each statement is a transaction, unless `transaction` joins several
            is_new = not self.path.exists()
            self.connection = sqlite3.connect(self.path, isolation_level=None)
            self.connection.create_function("checksum", -1, lambda *values: _checksum(values), deterministic=True)
            self.connection.execute("PRAGMA journal_mode = WAL")
            # A power cut may lose the last records, whose files are then done again; it damages nothing.
            self.connection.execute("PRAGMA synchronous = NORMAL")
            if not is_new:
                self.check()
            self.connection.executescript(_SCHEMA)
            if int(self.about("version", str(VERSION))) != VERSION:
                raise VenuleError(f"{self.path} was made by another version of venule: name another folder")
            self.set_about("version", str(VERSION))

    def check(self) -> None:
        """See that SQLite can find everything in it: seconds for a million records.

        Raises:
            OutputError: it is damaged.
        """
        with self.guarded():
            found = self.connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if found != "ok":
                raise sqlite3.DatabaseError(found)

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """SQLite's errors as those that a user can act on."""
        try:
            yield
        except (sqlite3.Error, UnicodeDecodeError) as error:
            damaged = type(error) is sqlite3.DatabaseError or "decode" in str(error)
            advice = "it is damaged: delete it to begin anew" if damaged else "what is finished is kept"
            raise OutputError(f"cannot use {self.path}: {error}; {advice}") from error

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All statements of the block, or none."""
        with self.guarded():
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self.connection.execute("ROLLBACK")
                raise
            self.connection.execute("COMMIT")

    def about(self, key: str, default: str) -> str:
        """What was kept under a key."""
        with self.guarded():
            found = self.connection.execute("SELECT value FROM about WHERE key = ?", (key,)).fetchone()
            if found is None:
                return default
            checksum, _, value = str(found[0]).partition(" ")
            if checksum != str(_checksum((key, value))):
                raise sqlite3.DatabaseError(f"{key!r} is not what was written")
            return value

    def set_about(self, key: str, value: str) -> None:
        """Keep a text under a key."""
        with self.guarded():
            kept = f"{_checksum((key, str(value)))} {value}"
            self.connection.execute("INSERT OR REPLACE INTO about VALUES (?, ?)", (key, kept))

    def append(self, record: Record) -> None:
        """Write the record down, before anything else happens; it takes the place of an earlier one of its name.

        Raises:
            OutputError: the disk is full, or gone.
        """
        values = _to_columns(record)
        marks = ", ".join("?" * (len(values) + 1))
        with self.guarded():
            self.connection.execute(f"INSERT OR REPLACE INTO records VALUES ({marks})", (*values, _checksum(values)))

    def record(self, name: str) -> Record | None:
        """The record of a name."""
        return next(self._records("name = ?", blob(name)), None)

    def records(self, *, settings: str | None = None) -> Iterator[Record]:
        """The records by path: all, or those of some settings without those of files that have got a new name.

        One after the other, so that there may be millions.
        """
        if settings is None:
            yield from self._records("TRUE ORDER BY path, name")
        else:
            yield from self._records(
                "settings = ? AND (path NOT IN (SELECT path FROM items) OR name IN (SELECT name FROM items)) "
                "ORDER BY path, name",
                settings,
            )

    def counts(self) -> dict[tuple[str, str], int]:
        """How many records there are by status and reason."""
        query = "SELECT status, reason, COUNT(*) FROM records GROUP BY status, reason"
        return {(status, reason): count for status, reason, count in self.connection.execute(query)}

    def _records(self, condition: str, *values: Any) -> Iterator[Record]:
        query = f"SELECT {', '.join(_COLUMNS)}, checksum FROM records WHERE {condition}"
        with self.guarded():
            for *columns, checksum in self.connection.cursor().execute(query, values):
                if checksum != _checksum(columns):
                    raise sqlite3.DatabaseError(f"the record of {columns[0]!r} is not what was written")
                yield _from_columns(columns)

    def close(self) -> None:
        """Close it, and leave one file that can be copied."""
        if self._read_only:
            self.connection.close()
            return
        with suppress(sqlite3.Error):  # a reader holds it, or the disk is full: the file beside it belongs to it
            self.connection.execute("PRAGMA journal_mode = DELETE")
        self.connection.close()

    def __enter__(self) -> Self:
        """Use in a `with`, which closes it."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()


def read_journal(folder: Path) -> Iterator[Record]:
    """The records of an output folder by path; none where there is no journal.

    Args:
        folder: the output folder.
    """
    if (folder / JOURNAL).exists():
        with Journal(folder, read_only=True) as journal:
            yield from journal.records()


def blob(text: str) -> bytes:
    """A text that may hold bytes of a file's name that are no UTF-8, as SQLite keeps it."""
    return os.fsencode(text) if os.name == "posix" else text.encode("utf-8", "surrogatepass")


def text(content: bytes) -> str:
    """What `blob` made bytes of."""
    return os.fsdecode(content) if os.name == "posix" else content.decode("utf-8", "surrogatepass")


def pack(value: Any) -> bytes:
    """Plain data, small: rows of measurements have thousands of numbers."""
    return zlib.compress(json.dumps(value, allow_nan=False, separators=(",", ":")).encode(), 1)


def unpack(content: bytes) -> Any:
    """What `pack` made bytes of."""
    return json.loads(zlib.decompress(content))


def _checksum(values: Iterable[Any]) -> int:
    return zlib.crc32(repr(list(values)).encode("utf-8", "surrogatepass"))


def _to_columns(record: Record) -> list[Any]:
    values = []
    for column in _COLUMNS:
        value = getattr(record, column)
        if column in _NUMBERS:
            value = float(value)  # as SQLite gives it back
        values.append(blob(value) if column in _TEXTS else pack(dict(value)) if column in _PACKED else value)
    return values


def _from_columns(columns: Iterable[Any]) -> Record:
    read: dict[str, Any] = {
        name: text(value) if name in _TEXTS else unpack(value) if name in _PACKED else value
        for name, value in zip(_COLUMNS, columns, strict=True)
    }
    return Record(**read)
