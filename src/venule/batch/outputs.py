"""The output of a batch: its layout, its lock, and files that are written whole or not at all."""

import errno
import hashlib
import os
import re
import shutil
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import IO, Any, BinaryIO

from filelock import FileLock, Timeout

from venule.batch import addresses
from venule.errors import OutputError

PARTIAL = ".partial"  # folder of files that are being written
STAGED = ".staged"  # folder of outputs that will be moved into a table
LOCK, JOURNAL = ".lock", "journal.sqlite"


class Layout(StrEnum):
    """Where outputs are written.

    `mirrored`: in the same folders as the input; `sharded`: spread over 256 folders, because one folder with very many
    files is slow; `parquet`: in the tables of results/ with a thousand photographs each, for object stores.
    """

    MIRRORED = "mirrored"
    SHARDED = "sharded"
    PARQUET = "parquet"

    def path_of(self, name: str, suffix: str) -> str:
        """Path of an output, relative to the output folder."""
        if self is Layout.MIRRORED:
            return name + suffix
        folder = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:2]
        return f"{'' if self is Layout.SHARDED else STAGED + '/'}{folder}/{name}{suffix}"

    def is_of_one(self, path: str) -> bool:
        """Whether a file of the output belongs to one item, and not to many as a table does."""
        return self is not Layout.PARQUET or path.startswith(f"{STAGED}/")


def check_inside(name: str) -> str:
    """The name of a file of an output; an error if it leads out of that, on this system or on another one."""
    parts = name.split("/")
    if "\\" in name or "\0" in name or {"", ".", ".."} & {*parts} or any(re.match("[A-Za-z]:", part) for part in parts):
        raise OutputError(
            f"{name!r} is named as an output and would lie outside the folder: its journal does not come from venule",
            reason="outside",
        )
    return name


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
        """The output at an address; without `state`, the journal of a URL lies in the user's cache."""
        if not str(address):
            raise OutputError("the path of the output is empty: give a folder")
        whole = addresses.absolute(address)
        return cls(whole, Path(state or (_cache(whole) if addresses.is_remote(whole) else whole)))

    @property
    def is_remote(self) -> bool:
        """Whether it is a URL."""
        return addresses.is_remote(self.address)

    @property
    def mark(self) -> str:
        """What a journal knows it by: its URL, or a hash, as a folder may be named after a person."""
        return self.address if self.is_remote else f"sha256:{hashlib.sha256(os.fsencode(self.address)).hexdigest()}"

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
        with _as_output_error(self.address, "cannot use"):
            return addresses.exists(self.address_of(name))

    def address_of(self, name: str) -> str:
        """The address of a file of the output."""
        return addresses.join(self.address, check_inside(name))

    def mark_of(self, name: str) -> str:
        """What differs when a file was written again; "" if there is none."""
        if self.is_remote:
            with _as_output_error(self.address, "cannot use"):
                info = self._info(name)
            return f"{addresses.mark_of(info)} {info['size']}" if info else ""
        with suppress(OSError):
            status = self.path(name).stat()
            return f"{status.st_mtime_ns} {status.st_size}"
        return ""

    def path(self, name: str) -> Path:
        """The path of a file of an output on this machine; an error if that is elsewhere, with links followed."""
        path = Path(self.address, check_inside(name))
        if not path.resolve().is_relative_to(Path(self.address).resolve()):
            raise OutputError(f"{path} is a link that leads out of {self.address}: remove it", reason="outside")
        return path

    def write(self, name: str, content: bytes) -> None:
        """Write a file whole or not at all, also if two processes write the same one."""
        if self.is_remote:
            addresses.write_remote(self.address_of(name), content)
        else:
            _write_by_way_of(self.path(PARTIAL) / uuid.uuid4().hex, self.path(name), content)

    @contextmanager
    def writing(self, name: str) -> Iterator[BinaryIO]:
        """Write a file step by step; it appears when the block has ended without an error."""
        partial = self.lock / PARTIAL / uuid.uuid4().hex
        with _as_output_error(self.address_of(name)):
            partial.parent.mkdir(parents=True, exist_ok=True)
            try:
                with partial.open("wb") as file:
                    yield file
                    file.flush()
                    os.fsync(file.fileno())  # a power cut must not leave an empty table
                if self.is_remote:
                    addresses.put(partial, self.address_of(name))
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
        """Whether there is a file of this size, which reveals a file that a power cut has left empty."""
        if self.is_remote:
            with _as_output_error(self.address, "cannot use"):
                return _listed(self.address).get(name) == size or self._info(name).get("size") == size
        try:
            return os.stat(self.address_of(name)).st_size == size
        except OSError:
            return False

    def _info(self, name: str) -> Mapping[str, Any]:
        return addresses.info(self.address_of(name))

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

    def check_own_files(self) -> None:
        """Check that no link in place of one of venule's own files leads out of the folder."""
        for folder in {self.state, self.lock}:
            for name in (LOCK, JOURNAL, f"{JOURNAL}-wal", f"{JOURNAL}-shm", PARTIAL, STAGED, "results"):
                Output(str(folder), folder).path(name)

    def remove_partials(self) -> None:
        """Remove what a killed run has left behind. Only the run that holds the lock may do this."""
        for folder in {self.state, self.lock}:
            shutil.rmtree(folder / PARTIAL, ignore_errors=True)
        _listed.cache_clear()


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder; the system releases it when the process ends, however it ends."""
    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        raise OutputError(
            f"another run of venule is writing to {folder}: wait for it, stop it, or choose another folder",
            reason="in-use",
        ) from None
    except OSError as error:
        raise OutputError(f"cannot write {folder / LOCK}: {error.strerror}") from error
    try:
        yield
    finally:
        lock.release()


def is_running(folder: Path) -> bool:
    """Whether a run is writing to a folder now."""
    if not (folder / LOCK).exists():
        return False
    try:
        with alone_in(folder):
            return False
    except OutputError as error:
        return error.reason == "in-use"


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
def _as_output_error(path: Path | str, cannot: str = "cannot write") -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(f"{cannot} {path}: {addresses.said(error)}; what is finished is kept") from error


@lru_cache(maxsize=1)
def _listed(address: str) -> dict[str, int]:
    """Sizes of the files of a remote output by name, as they were at the beginning of a run."""
    return addresses.sizes(address)


def cache_folder(*names: str) -> Path:
    """A place in the cache folder of venule."""
    return Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "venule", *names)


def _cache(address: str) -> Path:
    """The folder for the journal of a remote output."""
    plain = "".join(c if c.isalnum() else "-" for c in address)[-100:]
    return cache_folder("journals", f"{plain}-{hashlib.sha256(address.encode()).hexdigest()[:16]}")
