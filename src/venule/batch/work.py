"""The work on one file of a batch; whatever happens to the file becomes a record."""

import errno
import hashlib
import json
import os
import stat
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any, Protocol, Self

from venule.batch import addresses
from venule.batch.archives import is_archive, members, read_member
from venule.batch.items import Item
from venule.batch.journal import JournalRecord
from venule.batch.outputs import Layout, Output
from venule.batch.pool import Pool, ProcessLostError
from venule.batch.tables import Joined
from venule.errors import OutputError, VenuleError

# Errors of one name and not of the disk: too long, characters that the disk does not allow, or the name of a folder.
_NAMES = {errno.ENAMETOOLONG, errno.EILSEQ, errno.EINVAL, errno.EEXIST, errno.EISDIR, errno.ENOTDIR}


@dataclass(frozen=True)
class Done:
    """The result of one file.

    Attributes:
        outputs: content of the files to write, by the end of their names, such as "_vessels.png".
        row: the cells of its row in results.csv by column: text, finite numbers or None.
    """

    outputs: Mapping[str, bytes]
    row: Mapping[str, Any]


class Work(Protocol):
    """What a batch does with a file; is pickled on its way to worker processes."""

    @property
    def columns(self) -> Mapping[str, type]:
        """Its columns of results.csv, each float or str."""

    @property
    def suffixes(self) -> tuple[str, ...]:
        """Ends of the names of the outputs that it may write."""

    @property
    def joined(self) -> Mapping[str, Joined]:
        """Outputs that are tables, to be joined into one for the batch, by suffix."""

    @property
    def parquet(self) -> bool:
        """Whether the table is written as Parquet as well."""

    @property
    def by_content(self) -> bool:
        """Whether the result depends on the content of a file alone, and not on its name."""

    def also_read(self, path: str, name: str, /) -> Sequence[Path]:
        """Other files on which the result of a file depends; arguments as for the call."""

    def with_threads(self, threads: int) -> Self:
        """The same work with this number of threads for each process; results do not change."""

    def __call__(self, path: str, content: bytes, name: str = "", /) -> Done:
        """Process a file.

        Args:
            path: of the file, for messages.
            content: of the file.
            name: of its outputs, without their suffixes; its id, where a list gives one.

        Raises:
            VenuleError: the file cannot be processed; reason and message become its record.
        """


@dataclass(frozen=True)
class Process:
    """Reads a file, processes it and writes its outputs."""

    work: Work
    settings: str  # a hash of them
    output: Output
    layout: Layout = Layout.MIRRORED

    def __call__(self, item: Item) -> JournalRecord:
        """The record of a file, also if it failed; an OutputError if nothing can be written any more."""
        start = time.perf_counter()
        record = self._record(item)
        try:
            content, modified = read(item)
            modified = self.modified(replace(item, modified=modified))
            record = replace(record, content=self._digest(item, content), size=len(content), modified=modified)
            done = self.work(item.shown or item.path, content, item.name)
            row = json.loads(json.dumps(dict(done.row), allow_nan=False))
            record = replace(record, status="ok", row=row, outputs=self._write(item, done.outputs))
        except OutputError:
            raise
        except VenuleError as error:
            record = replace(record, reason=error.reason, message=str(error))
        except MemoryError:
            record = replace(record, reason="out-of-memory", message="not enough memory: use fewer --jobs")
        except Exception as error:  # one file must never end the batch
            record = replace(record, reason="unexpected-error", message=f"{type(error).__name__}: {error}")
        message = self._without_folders(record.message, item)
        return replace(record, message=message, seconds=round(time.perf_counter() - start, 3), ended=time.time())

    def modified(self, item: Item) -> str:
        """The mark of modification of a file and of the others that are read for it; "" if that is not known."""
        also = self.work.also_read(item.path, item.name) if item.modified else ()
        return " ".join([item.modified, *(str(path.stat().st_mtime_ns) for path in also)])

    def content_or_nothing(self, item: Item) -> str:
        """SHA-256 of the content of a file and of the others that are read for it; "" if it cannot be read."""
        try:
            return self._digest(item, read(item)[0])
        except VenuleError:
            return ""

    def _digest(self, item: Item, content: bytes) -> str:
        return digest(b"".join([content, *(path.read_bytes() for path in self.work.also_read(item.path, item.name))]))

    def lost(self, item: Item, error: ProcessLostError, *, times: str = "") -> JournalRecord:
        """The record of a file whose process died or reached the time limit. The file is not read: it may hang."""
        advice = "; --time-limit gives more" if error.reason == "timed-out" else ""
        message = self._without_folders(f"{error}{times}{advice}", item)
        return replace(self._record(item), reason=error.reason, message=message)

    def _without_folders(self, message: str, item: Item) -> str:
        """A message that does not say where photographs and results lie."""
        for folder in (item.path.removesuffix(item.shown), f"{self.output.address}/"):
            if len(folder) > 1 and not addresses.is_remote(folder):
                message = message.replace(folder, "")
        return message

    def duplicate(self, item: Item, original: JournalRecord) -> JournalRecord:
        """The record of a file with the same content as a finished one."""
        return replace(
            original,
            name=item.name,
            path=item.shown or item.path,
            seconds=0.0,
            ended=time.time(),
            size=item.size,
            modified=item.modified,
            duplicate_of=original.duplicate_of or original.path,
            outputs={} if self.layout is Layout.PARQUET else original.outputs,  # its row names the original
            carried=item.carried,
        )

    def _record(self, item: Item) -> JournalRecord:
        return JournalRecord(
            item.name, item.shown or item.path, "", self.settings, "failed", size=item.size, modified=item.modified,
            carried=item.carried,
        )  # fmt: skip

    def _write(self, item: Item, outputs: Mapping[str, bytes]) -> dict[str, int]:
        written = {}
        for suffix, content in outputs.items():
            name = self.layout.path_of(item.name, suffix)
            try:
                self.output.write(name, content)
            except OutputError as error:
                cause = error.__cause__.errno if isinstance(error.__cause__, OSError) else None
                if cause not in _NAMES:
                    raise
                reason = "name-too-long" if cause == errno.ENAMETOOLONG else "bad-name"
                raise VenuleError(str(error), reason=reason) from error
            written[name] = len(content)
        return written


def read(item: Item) -> tuple[bytes, str]:
    """The content of a file, and its mark of modification (see `InputFile.modified`)."""
    if item.problem:
        reason = "broken-archive" if is_archive(item.archive or item.path) else "unreadable"
        raise VenuleError(item.problem, reason=reason)
    if item.content is not None:
        return item.content, item.modified
    if item.member:
        _check_size(item.path, item.member.size)
        return read_member(item.archive, item.member), item.modified
    try:
        if addresses.is_remote(item.path):
            return addresses.read_remote(item.path), item.modified
        return _read_local(item.path)
    except FileNotFoundError as error:
        why = (
            f": {addresses.said(error)}"
            if addresses.is_remote(item.path)
            else " does not exist, or is a link to nothing"
        )
        raise VenuleError(f"{item.path}{why}", reason="not-found") from error
    except OSError as error:
        raise VenuleError(f"{item.path} cannot be read: {addresses.said(error)}", reason="unreadable") from error
    except ValueError as error:  # a NUL in a path of a list
        raise VenuleError(f"{item.path!r} is not a path: {error}", reason="not-found") from error


def describe(work: Work, settings: str) -> str:
    """What the tables of a work are made of, for the journal, from which alone they are written."""

    def kinds(columns: Mapping[str, type]) -> dict[str, str]:
        return {name: kind.__name__ for name, kind in columns.items()}

    about = {
        "settings": settings,
        "columns": kinds(work.columns),
        "suffixes": list(work.suffixes),
        "joined": {suffix: [table.name, kinds(table.columns)] for suffix, table in work.joined.items()},
        "parquet": work.parquet,
    }
    return json.dumps(about)


def digest(content: bytes) -> str:
    """SHA-256, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def _read_local(path: str) -> tuple[bytes, str]:
    if not stat.S_ISREG(os.stat(path).st_mode):  # checked before opening, which would wait forever for a pipe
        raise VenuleError(f"{path} is not a file", reason="not-a-file")
    with open(path, "rb") as file:
        before = os.fstat(file.fileno())
        _check_size(path, before.st_size)
        content = file.read(before.st_size + 1)
        after = os.fstat(file.fileno())
    if (len(content), after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
        raise VenuleError(f"{path} was changed while it was read: process it again with --resume", reason="changing")
    return content, str(after.st_mtime_ns)


def _check_size(path: str, size: int) -> None:
    if size > addresses.MAX_BYTES:
        raise VenuleError(f"{path} has {size:,} bytes; the limit is {addresses.MAX_BYTES:,}", reason="file-too-large")


def read_path(path: str) -> bytes:
    """The content of a file by the path in its record, also of a file in an archive.

    Raises:
        VenuleError: it cannot be read.
    """
    if not addresses.is_remote(path) and not os.path.exists(path):
        for parent in PurePosixPath(path).parents:
            archive = str(parent)
            if is_archive(archive) and os.path.isfile(archive):
                name = path.removeprefix(archive + "/")
                return _read_named(archive, name)
    return read(Item(path))[0]


def _read_named(archive: str, name: str) -> bytes:
    for member in members(archive):
        if member.name == name:
            return read_member(archive, member)
    raise VenuleError(f"{archive} does not contain {name} any more", reason="not-found")


def start_workers(process: Process, jobs: int) -> Pool:
    """Worker processes that `do` files."""
    return Pool(jobs, initializer=_keep, initargs=(process,))


def do(item: Item) -> JournalRecord:
    """Process a file, in a worker process."""
    return _process(item)


def retry_alone(process: Process, item: Item, *, limit: float) -> JournalRecord:
    """Process a file in a new process; if that dies or reaches the time limit, the record says so."""
    with start_workers(process, 1) as worker:
        try:
            return worker.submit(do, item, timeout=limit).result()
        except ProcessLostError as error:
            return process.lost(item, error, times=", also when it was retried alone")


_process: Process  # of a worker process


def _keep(process: Process) -> None:
    global _process
    _process = process
