"""The journal: what became of each file, on disk as soon as it is finished.

In SQLite: it finds one record among a million without reading the others, counts them while a batch runs, and each
record is a transaction that is whole or missing after a kill. Each row has a checksum, because SQLite does not notice
when a disk changes it.
"""

import json
import os
import shutil
import sqlite3
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from venule.batch.outputs import JOURNAL, PARTIAL, Output, check_inside
from venule.errors import OutputError, VenuleError

VERSION = 1
SECONDS_BETWEEN_COPIES = 60.0
ITEMS = """
CREATE TABLE IF NOT EXISTS items (
    number INTEGER PRIMARY KEY, path BLOB NOT NULL, name BLOB NOT NULL, whole BLOB NOT NULL, folded TEXT NOT NULL,
    given INTEGER NOT NULL, size INTEGER, file TEXT NOT NULL, mark TEXT NOT NULL, twin INTEGER
)
"""
_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS about (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS records (
    name BLOB PRIMARY KEY, path BLOB NOT NULL, content TEXT NOT NULL, settings TEXT NOT NULL, status TEXT NOT NULL,
    reason TEXT NOT NULL, message BLOB NOT NULL, seconds REAL NOT NULL, ended REAL NOT NULL, size INTEGER,
    modified TEXT NOT NULL, duplicate_of BLOB NOT NULL, row BLOB NOT NULL, outputs BLOB NOT NULL, carried BLOB NOT NULL,
    checksum INTEGER NOT NULL
);
{ITEMS};
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
_TEXTS = {"name", "path", "message", "duplicate_of"}  # may contain bytes that are not UTF-8, from names of files
_PACKED = {"row", "outputs", "carried"}
_NUMBERS = {"seconds", "ended"}


@dataclass(frozen=True)
class JournalRecord:
    """What became of one file.

    Attributes:
        name: beginning of the names of its outputs.
        path: below the folder that all files share, or a URL; of a file in an archive, the path of the archive and its
            name in there.
        content: SHA-256 of the file; "" if it could not be read.
        settings: SHA-256 of the settings.
        status: "ok" or "failed".
        reason: code of the failure; "" for none.
        message: of the failure.
        seconds: from reading the file to writing the last of its outputs.
        ended: seconds since 1970.
        size: of the file in bytes; None if it could not be read.
        modified: see `InputFile`; "" if it is not known.
        duplicate_of: path of the original, whose outputs these are; "" for a file that is not a duplicate.
        row: the cells of its row by column.
        outputs: sizes in bytes of the written files by their path relative to the output folder.
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

    With `read_only`, nothing is changed; possible while a run is writing, and in a folder without write permission.

    Raises:
        OutputError: it is damaged, or cannot be read or written.
        VenuleError: it was written by another version of venule.
    """

    def __init__(self, folder: Path, *, read_only: bool = False) -> None:
        """Open the journal, or create it."""
        self.path, self._read_only = folder / JOURNAL, read_only
        self.root = ""  # where the photographs of this run lie; never written
        with self.guarded():
            if read_only:
                self.connection = sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=ro", uri=True)
                if not self.connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'parts_part'").fetchone():
                    raise VenuleError(f"{self.path} is being created: try again", reason="no-journal")
                return
            # autocommit: each statement is a transaction, unless `transaction` joins several
            is_new = not self.path.exists()
            self.connection = sqlite3.connect(self.path, isolation_level=None)
            self.connection.create_function("checksum", -1, lambda *values: _checksum(values), deterministic=True)
            self.connection.execute("PRAGMA journal_mode = WAL")
            # A power cut may lose the last records, whose files are then processed again; it damages nothing.
            self.connection.execute("PRAGMA synchronous = NORMAL")
            if not is_new:
                self.check()
            self.connection.executescript(_SCHEMA)
            if self.about("version", str(VERSION)) != str(VERSION):
                raise VenuleError(f"{self.path} was written by another version of venule: choose another folder")
            self.set_about("version", str(VERSION))

    def check(self) -> None:
        """Let SQLite check it: takes seconds for a million records."""
        with self.guarded():
            found = self.connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if found != "ok":
                raise sqlite3.DatabaseError(found)

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Turn errors of SQLite into ones that say what to do."""
        try:
            yield
        except (sqlite3.Error, UnicodeDecodeError) as error:
            damaged = type(error) is sqlite3.DatabaseError or "decode" in str(error)
            advice = "it is damaged: delete it to start again" if damaged else "what is finished is kept"
            raise OutputError(f"cannot use {self.path}: {error}; {advice}") from error

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Execute all statements of the block, or none."""
        with self.guarded():
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self.connection.execute("ROLLBACK")
                raise
            self.connection.execute("COMMIT")

    def carried(self) -> list[str]:
        """The columns of the lists of this run and of earlier ones."""
        return [str(name) for name in self.data("carried", [])]

    def data(self, key: str, default: Any) -> Any:
        """The plain data saved as JSON under a key, of the type of the default."""
        with self.guarded():
            try:
                data = json.loads(self.about(key, "") or json.dumps(default))
            except ValueError as error:
                raise sqlite3.DatabaseError(f"{key!r} cannot be understood") from error
            if type(data) is not type(default):
                raise sqlite3.DatabaseError(f"{key!r} cannot be understood")
            return data

    def about(self, key: str, default: str) -> str:
        """The text saved under a key."""
        with self.guarded():
            found = self.connection.execute("SELECT value FROM about WHERE key = ?", (key,)).fetchone()
            if found is None:
                return default
            checksum, _, value = str(found[0]).partition(" ")
            if checksum != str(_checksum((key, value))):
                raise sqlite3.DatabaseError(f"{key!r} is not what was written")
            return value

    def set_about(self, key: str, value: str) -> None:
        """Save a text under a key."""
        with self.guarded():
            kept = f"{_checksum((key, str(value)))} {value}"
            self.connection.execute("INSERT OR REPLACE INTO about VALUES (?, ?)", (key, kept))

    def append(self, record: JournalRecord) -> None:
        """Write a record, in place of an earlier one of the same name."""
        values = _to_columns(record)
        marks = ", ".join("?" * (len(values) + 1))
        with self.guarded():
            self.connection.execute(f"INSERT OR REPLACE INTO records VALUES ({marks})", (*values, _checksum(values)))

    def record(self, name: str) -> JournalRecord | None:
        """The record of a name."""
        return next(self._records("name = ?", blob(name)), None)

    def records(self, *, settings: str | None = None) -> Iterator[JournalRecord]:
        """The records by path, one at a time: all, or those of some settings without files that have a new name now."""
        if settings is None:
            yield from self._records("TRUE ORDER BY path, name")
        else:
            yield from self._records(
                "settings = ? AND (path NOT IN (SELECT path FROM items) OR name IN (SELECT name FROM items)) "
                "ORDER BY path, name",
                settings,
            )

    def lists(self, name: str) -> bool:
        """Whether a file of the latest list has this name."""
        with self.guarded():
            return self.connection.execute("SELECT 1 FROM items WHERE name = ?", (blob(name),)).fetchone() is not None

    def counts(self) -> dict[tuple[str, str], int]:
        """Number of records by status and reason."""
        query = "SELECT status, reason, COUNT(*) FROM records GROUP BY status, reason"
        with self.guarded():
            return {(status, reason): count for status, reason, count in self.connection.execute(query)}

    def _records(self, condition: str, *values: Any) -> Iterator[JournalRecord]:
        query = f"SELECT {', '.join(_COLUMNS)}, checksum FROM records WHERE {condition}"
        with self.guarded():
            for *columns, checksum in self.connection.cursor().execute(query, values):
                if checksum != _checksum(columns):
                    raise sqlite3.DatabaseError(f"the record of {columns[0]!r} is not what was written")
                try:
                    record = _from_columns(columns)
                except (ValueError, TypeError, AttributeError, zlib.error) as error:
                    raise sqlite3.DatabaseError(f"the record of {columns[0]!r} cannot be understood") from error
                yield record

    def close(self) -> None:
        """Close it, so that it is one file that can be copied."""
        if self._read_only:
            self.connection.close()
            return
        with suppress(sqlite3.Error):  # if it is being read, or the disk is full, the file beside it stays
            self.connection.execute("PRAGMA journal_mode = DELETE")
        self.connection.close()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()


def read_journal(folder: Path) -> Iterator[JournalRecord]:
    """The records of an output folder by path; none if it has no journal."""
    if (folder / JOURNAL).exists():
        with Journal(folder, read_only=True) as journal:
            yield from journal.records()


class JournalCopy:
    """Keeps a copy of the journal beside the results, so that another machine can resume, and `merge` finds it.

    If the journal lies in the output itself, no copy is made.
    """

    def __init__(self, output: Output) -> None:
        """Fetch the copy, where it is not the one that this machine made last."""
        self._output, self._latest = output, time.monotonic()
        if not output.has_journal_elsewhere:
            return
        here, mark = output.state / JOURNAL, output.mark_of(JOURNAL)
        if here.exists():
            with Journal(output.state) as journal:
                owner = journal.about("output", output.mark)
                if owner != output.mark:
                    whose = "another output" if owner.startswith("sha256:") else owner
                    raise OutputError(
                        f"{here} is the journal of {whose}, not of {output.address}: choose another folder with "
                        "--journal"
                    )
                if mark in ("", journal.about("copied", "")):
                    return
        if mark:
            here.unlink(missing_ok=True)
            here.write_bytes(output.read(JOURNAL))

    def copy(self, journal: Journal, *, after: float = 0.0) -> None:
        """Copy the journal, if the latest copy is so many seconds old."""
        if not self._output.has_journal_elsewhere or time.monotonic() - self._latest < after:
            return
        here = self._output.state / PARTIAL / JOURNAL  # SQLite itself never works on the other disk
        here.parent.mkdir(parents=True, exist_ok=True)
        here.unlink(missing_ok=True)
        journal.set_about("output", self._output.mark)
        with closing(sqlite3.connect(here)) as copy:
            journal.connection.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
        with here.open("rb") as kept, self._output.writing(JOURNAL) as file:
            shutil.copyfileobj(kept, file)
        here.unlink()
        journal.set_about("copied", self._output.mark_of(JOURNAL))
        self._latest = time.monotonic()


def blob(text: str) -> bytes:
    """A text as bytes for SQLite; it may contain bytes of a file's name that are not UTF-8."""
    return os.fsencode(text) if os.name == "posix" else text.encode("utf-8", "surrogatepass")


def text(content: bytes) -> str:
    """The text that `blob` turned into bytes."""
    return os.fsdecode(content) if os.name == "posix" else content.decode("utf-8", "surrogatepass")


def _pack(value: Any) -> bytes:
    """Plain data as compressed JSON: rows of measurements have thousands of numbers."""
    return zlib.compress(json.dumps(value, allow_nan=False, separators=(",", ":")).encode(), 1)


def _checksum(values: Iterable[Any]) -> int:
    return zlib.crc32(repr(list(values)).encode("utf-8", "surrogatepass"))


def _to_columns(record: JournalRecord) -> list[Any]:
    values = []
    for column in _COLUMNS:
        value = getattr(record, column)
        if column in _NUMBERS:
            value = float(value)  # as SQLite returns it
        values.append(blob(value) if column in _TEXTS else _pack(dict(value)) if column in _PACKED else value)
    return values


def _from_columns(columns: Iterable[Any]) -> JournalRecord:
    read: dict[str, Any] = {
        name: text(value) if name in _TEXTS else json.loads(zlib.decompress(value)) if name in _PACKED else value
        for name, value in zip(_COLUMNS, columns, strict=True)
    }
    for name in read["outputs"]:
        check_inside(name)  # a journal may come from somebody else
    return JournalRecord(**read)
