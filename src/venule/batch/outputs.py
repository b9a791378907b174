"""Files that are written whole or not at all, and the output folder of a batch."""

import errno
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

from venule.batch import addresses
from venule.errors import OutputError

PARTIAL = ".partial"  # folder of files that are being written


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that a kill at any moment leaves the old file, the new one or none, but never a part.

    Args:
        path: its folder is created if it is missing.
        content: of the file.

    Raises:
        OutputError: it cannot be written.
    """
    # The same name every time, so that the next run overwrites what a kill leaves behind.
    _write_by_way_of(path.with_name(f".{path.name}.partial"), path, content)


@dataclass(frozen=True)
class Output:
    """Where the results of a batch go.

    Attributes:
        address: a folder of this machine, or a URL.
        state: folder of this machine for journal and lock; the output folder itself, if that is one.
    """

    address: str
    state: Path

    @classmethod
    def at(cls, address: Path | str, *, state: Path | None = None) -> "Output":
        """The output at an address.

        Args:
            address: a folder of this machine, or a URL.
            state: folder of this machine for the journal; None: the output folder, or for a URL one in the user's
                cache, named after it.
        """
        whole = addresses.absolute(address)
        return cls(whole, Path(state or (_cache(whole) if addresses.is_remote(whole) else whole)))

    @property
    def is_remote(self) -> bool:
        """Whether it is a URL."""
        return addresses.is_remote(self.address)

    @property
    def has_journal_elsewhere(self) -> bool:
        """Whether the journal in use lies in another folder than the results."""
        return self.is_remote or self.state.resolve() != Path(self.address).resolve()

    @property
    def lock(self) -> Path:
        """Folder of this machine whose lock a run holds."""
        return self.state if self.is_remote else Path(self.address)

    def exists(self, name: str) -> bool:
        """Whether the output has a file of this name."""
        return addresses.exists(self.address_of(name))

    def address_of(self, name: str) -> str:
        """The address of a file of the output."""
        return addresses.join(self.address, name)

    def path(self, name: str) -> Path:
        """The path of a file of the output, which must be a folder of this machine."""
        return Path(self.address, name)

    def write(self, name: str, content: bytes) -> None:
        """Write a file whole or not at all, also if two processes write the same one."""
        if self.is_remote:
            addresses.write_remote(self.address_of(name), content)
        else:
            _write_by_way_of(self.path(PARTIAL) / uuid.uuid4().hex, self.path(name), content)

    @contextmanager
    def writing(self, name: str) -> Iterator[BinaryIO]:
        """Write a file step by step; it appears when the block has ended without an error."""
        folder = self.state if self.is_remote else Path(self.address)
        partial = folder / PARTIAL / uuid.uuid4().hex
        with _as_output_error(self.address_of(name)):
            partial.parent.mkdir(parents=True, exist_ok=True)
            try:
                with partial.open("wb") as file:
                    yield file
                    file.flush()
                    os.fsync(file.fileno())  # a power cut must not leave an empty table
                if self.is_remote:
                    addresses.filesystem(self.address).put_file(str(partial), self.address_of(name))
                else:
                    self.path(name).parent.mkdir(parents=True, exist_ok=True)
                    os.replace(partial, self.path(name))
            finally:
                partial.unlink(missing_ok=True)

    def read(self, name: str) -> bytes:
        """The content of a file."""
        return addresses.read_remote(self.address_of(name)) if self.is_remote else self.path(name).read_bytes()

    def reading(self, name: str) -> IO[bytes]:
        """A file, open for reading."""
        return addresses.open_any(self.address_of(name))

    def has(self, name: str, size: int) -> bool:
        """Whether there is a file of this size; always true for a URL, where asking takes too long.

        The size reveals a file that a power cut has left empty.
        """
        if self.is_remote:
            return True
        try:
            return self.path(name).stat().st_size == size
        except OSError:
            return False

    def remove(self, name: str) -> None:
        """Remove a file if it exists."""
        if self.is_remote:
            with suppress(OSError):
                addresses.filesystem(self.address).rm_file(self.address_of(name))
            return
        try:
            self.path(name).unlink()
        except OSError as error:
            if error.errno not in (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG):  # it cannot be there
                raise OutputError(f"cannot remove {self.path(name)}: {error.strerror}") from error

    def remove_folder(self, name: str) -> None:
        """Remove a folder if it exists."""
        if not self.is_remote:
            shutil.rmtree(self.path(name), ignore_errors=True)
        elif self.exists(name):
            with suppress(OSError):
                addresses.filesystem(self.address).rm(self.address_of(name), recursive=True)

    def remove_partials(self) -> None:
        """Remove what a killed run has left behind. Only the run that holds the lock may do this."""
        for folder in {self.state, *(() if self.is_remote else (Path(self.address),))}:
            shutil.rmtree(folder / PARTIAL, ignore_errors=True)


def _write_by_way_of(partial: Path, path: Path, content: bytes) -> None:
    with _as_output_error(path):
        try:
            partial.parent.mkdir(parents=True, exist_ok=True)
            path.parent.mkdir(parents=True, exist_ok=True)
            partial.write_bytes(content)
            os.replace(partial, path)
        except OSError:
            with suppress(OSError):
                partial.unlink(missing_ok=True)
            raise


@contextmanager
def _as_output_error(path: Path | str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror or error}; what is finished is kept") from error


def _cache(address: str) -> Path:
    """The folder for the journal of a remote output."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home, "venule", "journals", "".join(c if c.isalnum() else "-" for c in address))
