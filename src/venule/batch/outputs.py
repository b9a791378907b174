"""Files that are there whole or not at all, and the output folder of a batch."""

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

PARTIAL = ".partial"  # folder of files that are not whole yet


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that a kill at any moment leaves the old one, the new one or none, but never a part.

    Args:
        path: its folder is made where it is missing.
        content: of the file.

    Raises:
        OutputError: it cannot be written.
    """
    # The same name every time, so that what a kill leaves behind is overwritten when the file is done again.
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
            state: folder of this machine for the journal; None: the output folder, and for a URL one in the user's
                cache that is called after it.
        """
        place = addresses.absolute(address)
        return cls(place, Path(state or (_cache(place) if addresses.is_remote(place) else place)))

    @property
    def is_remote(self) -> bool:
        """Whether it is a URL."""
        return addresses.is_remote(self.address)

    @property
    def has_journal_elsewhere(self) -> bool:
        """Whether the journal is worked on in another folder than that of the results."""
        return self.is_remote or self.state.resolve() != Path(self.address).resolve()

    @property
    def lock(self) -> Path:
        """Folder of this machine that only one run may be at work for."""
        return self.state if self.is_remote else Path(self.address)

    def exists(self, name: str) -> bool:
        """Whether there is such a file."""
        return addresses.exists(self.place(name))

    def place(self, name: str) -> str:
        """The address of a file of it."""
        return addresses.join(self.address, name)

    def path(self, name: str) -> Path:
        """A file of it, where it is a folder of this machine."""
        return Path(self.address, name)

    def write(self, name: str, content: bytes) -> None:
        """Write a file of it: whole or not at all, also where two processes write the same one.

        Raises:
            OutputError: it cannot be written.
        """
        if self.is_remote:
            addresses.write_remote(self.place(name), content)
        else:
            _write_by_way_of(self.path(PARTIAL) / uuid.uuid4().hex, self.path(name), content)

    @contextmanager
    def writing(self, name: str) -> Iterator[BinaryIO]:
        """Write a file of it little by little; it is there when the block has ended well.

        Raises:
            OutputError: it cannot be written.
        """
        folder = self.state if self.is_remote else Path(self.address)
        partial = folder / PARTIAL / uuid.uuid4().hex
        with _as_output_error(self.place(name)):
            partial.parent.mkdir(parents=True, exist_ok=True)
            try:
                with partial.open("wb") as file:
                    yield file
                    file.flush()
                    os.fsync(file.fileno())  # a power cut must not leave an empty table
                if self.is_remote:
                    addresses.filesystem(self.address).put_file(str(partial), self.place(name))
                else:
                    self.path(name).parent.mkdir(parents=True, exist_ok=True)
                    os.replace(partial, self.path(name))
            finally:
                partial.unlink(missing_ok=True)

    def read(self, name: str) -> bytes:
        """The content of a file of it.

        Raises:
            OSError: it cannot be read.
        """
        return addresses.read_remote(self.place(name)) if self.is_remote else self.path(name).read_bytes()

    def reading(self, name: str) -> IO[bytes]:
        """A file of it, open.

        Raises:
            OSError: it cannot be read.
        """
        return addresses.open_any(self.place(name))

    def has(self, name: str, size: int) -> bool:
        """Whether there is a file of such a size; of a URL, which would have to be asked each time, yes.

        The size tells a file that a power cut has emptied, though its name was there.
        """
        if self.is_remote:
            return True
        try:
            return self.path(name).stat().st_size == size
        except OSError:
            return False

    def remove(self, name: str) -> None:
        """Remove a file of it, where it is there.

        Raises:
            OutputError: it cannot be removed.
        """
        if self.is_remote:
            with suppress(OSError):
                addresses.filesystem(self.address).rm_file(self.place(name))
            return
        try:
            self.path(name).unlink()
        except OSError as error:
            if error.errno not in (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG):  # it cannot be there
                raise OutputError(f"cannot remove {self.path(name)}: {error.strerror}") from error

    def remove_folder(self, name: str) -> None:
        """Remove a folder of it, where it is there."""
        if not self.is_remote:
            shutil.rmtree(self.path(name), ignore_errors=True)
        elif self.exists(name):
            with suppress(OSError):
                addresses.filesystem(self.address).rm(self.place(name), recursive=True)

    def remove_partials(self) -> None:
        """Remove what a kill has left behind; only for the one run that is at work here."""
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
def _as_output_error(place: Path | str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(f"cannot write {place}: {error.strerror or error}; what is finished is kept") from error


def _cache(address: str) -> Path:
    """A folder for what is known of a remote output."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home, "venule", "journals", "".join(c if c.isalnum() else "-" for c in address))
