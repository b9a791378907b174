"""What is done to one file of a batch, with everything that can happen to it turned into a record."""

import errno
import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from venule.batch.files import Item
from venule.batch.journal import Record
from venule.batch.outputs import write_whole
from venule.errors import OutputError, VenuleError

MAX_BYTES = 2 * 1024**3  # of one file: it is read whole


@dataclass(frozen=True)
class Done:
    """The result of one file.

    Attributes:
        outputs: what to write: the end of the file's name, such as "_vessels.png", and the content.
        row: the cells of its row in results.csv, by column: text, finite numbers or None.
    """

    outputs: Mapping[str, bytes]
    row: Mapping[str, Any]


class Work(Protocol):
    """What a batch does to a file; must survive pickling, on its way to other processes."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of results.csv that its rows fill."""

    def __call__(self, path: Path, content: bytes, /) -> Done:
        """Do it.

        Args:
            path: of the file, for messages.
            content: of the file.

        Raises:
            VenuleError: the file is not fit for it; its reason code and message are written down.
        """


class UnreadableError(VenuleError):
    """A file of the batch cannot be read."""

    reason = "unreadable"


@dataclass(frozen=True)
class Process:
    """Reads a file, works on it and writes its outputs.

    Attributes:
        work: what to do.
        settings: hash of the settings, for the record.
        output: the output folder.
    """

    work: Work
    settings: str
    output: Path

    def __call__(self, item: Item) -> Record:
        """Do one file.

        Returns:
            Its record, also where it failed.

        Raises:
            OutputError: nothing can be written any more, so that going on makes no sense.
        """
        start = time.perf_counter()
        record = Record(item.name, str(item.path), "", self.settings, "failed")
        try:
            content = read(item.path)
            record = replace(record, content=digest(content))
            done = self.work(item.path, content)
            row = json.loads(json.dumps(dict(done.row), allow_nan=False))
            outputs = self._write(item, done.outputs)
            record = replace(record, status="ok", row=row, outputs=outputs)
        except OutputError:
            raise
        except VenuleError as error:
            record = replace(record, reason=error.reason, message=str(error))
        except MemoryError:
            record = replace(record, reason="out-of-memory", message="not enough memory; use fewer --jobs")
        except Exception as error:  # one file must never end the batch
            record = replace(record, reason="unexpected-error", message=f"{type(error).__name__}: {error}")
        return replace(record, seconds=round(time.perf_counter() - start, 3))

    def crashed(self, item: Item) -> Record:
        """The record of a file that ended the process that worked on it, twice."""
        content = content_or_nothing(item.path)
        message = "the process that worked on it died, also when it was tried again alone (out of memory, or a bug)"
        return Record(item.name, str(item.path), content, self.settings, "failed", "crashed", message)

    def _write(self, item: Item, outputs: Mapping[str, bytes]) -> list[str]:
        names = [item.name + suffix for suffix in outputs]
        for name, content in zip(names, outputs.values(), strict=True):
            try:
                write_whole(self.output / name, content)
            except OutputError as error:
                if isinstance(error.__cause__, OSError) and error.__cause__.errno == errno.ENAMETOOLONG:
                    raise VenuleError(str(error), reason="name-too-long") from error
                raise
        return names


def read(path: Path) -> bytes:
    """The content of a file.

    Raises:
        UnreadableError: it is not there (reason "not-found"), no file, too large, or cannot be read.
    """
    try:
        if not path.exists():
            raise UnreadableError(f"{path} is not there, or is a link to nothing", reason="not-found")
        if not path.is_file():
            raise UnreadableError(f"{path} is no file", reason="not-a-file")
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise UnreadableError(f"{path} has {size:,} bytes; the limit is {MAX_BYTES:,}", reason="file-too-large")
        return path.read_bytes()
    except OSError as error:
        raise UnreadableError(f"{path} cannot be read: {error.strerror}") from error


def digest(content: bytes) -> str:
    """SHA-256, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def content_or_nothing(path: Path) -> str:
    """SHA-256 of a file's content; "" where it cannot be read."""
    try:
        return digest(read(path))
    except UnreadableError:
        return ""
