"""Files in zip and tar archives (WebDataset shards are such), read without unpacking them to disk.

By zipfile and tarfile themselves and not by fsspec's file systems on top of them: those keep every entry of a tar in
memory, read one of two entries of the same name and none with an absolute one, and unpack a packed tar anew for every
step back.
"""

import io
import lzma
import os
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import IO

from venule.batch import addresses
from venule.errors import VenuleError

PACKED_TAR = (".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
ARCHIVES = (".zip", ".tar", *PACKED_TAR)
MAX_HEADER = 1024**2  # bytes of a long name, or of another header in a tar archive
# What the libraries raise for a damaged archive; zipfile raises NotImplementedError for a compression it does not know.
_DAMAGED = (
    zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, struct.error, EOFError, NotImplementedError,
    ArithmeticError, LookupError, ValueError, OSError,
)  # fmt: skip
_Opener = Callable[[], IO[bytes] | None]


class ArchiveError(VenuleError):
    """An archive, or a file in it, cannot be read."""

    reason = "broken-archive"


@dataclass(frozen=True)
class Member:
    """A file in an archive."""

    name: str  # as the archive gives it; may be anything
    size: int  # bytes, as the archive gives it
    mark: str  # differs between files of the same size: the CRC in a zip archive; "" in a tar archive
    offset: int  # in bytes in an unpacked tar archive; otherwise its number in the archive


def is_archive(address: str) -> bool:
    """Whether the name of a file is that of an archive."""
    return address.lower().endswith(ARCHIVES)


def without_ending(archive: str) -> str:
    """The address without ".zip", ".tar.gz" and so on."""
    ending = max((end for end in ARCHIVES if archive.lower().endswith(end)), key=len, default="")
    return archive[: len(archive) - len(ending)]


def is_sequential(archive: str) -> bool:
    """Whether its files can only be read in their order."""
    return archive.lower().endswith(PACKED_TAR)


def members(archive: str, *, wanted: Callable[[str, _Opener], bool] = lambda name, opened: True) -> Iterator[Member]:
    """The files in an archive that are wanted by their names or content; no folders, links and devices.

    Raises:
        ArchiveError: it is damaged; files before the damage are yielded.
    """
    with _errors_of(archive):
        for member, opened in _entries(archive):
            if not (0 <= member.size < 2**62 and 0 <= member.offset < 2**62):
                raise ValueError(f"{member.name} claims to have {member.size:,} bytes")
            if wanted(member.name, opened):
                yield member


def read_member(archive: str, member: Member) -> bytes:
    """The content of a file in an archive. A packed tar archive is unpacked up to there each time: use `Sequence`."""
    if is_sequential(archive):
        return Sequence(archive).read(member)
    with _errors_of(archive, member.name):
        if not archive.lower().endswith(".zip"):
            return _part(archive, member.offset, member.size)
        packed = _zip(archive)
        return _read(lambda: packed.open(packed.infolist()[member.offset]), member.size)


class Sequence:
    """Reads files of a packed tar archive in their order, so that it is unpacked once."""

    def __init__(self, archive: str) -> None:
        """Start at the first file of the archive at this address."""
        self.archive, self._entries = archive, _entries(archive)

    def read(self, member: Member) -> bytes:
        """The content of a file that comes after those that were read."""
        with _errors_of(self.archive, member.name):
            for each, opened in self._entries:
                if each.offset == member.offset:
                    return _read(opened, member.size)
            raise LookupError("it is no longer in the archive")


def _entries(archive: str) -> Iterator[tuple[Member, _Opener]]:
    """Each file, and how it is opened; in a tar only until the next one is asked for."""
    if archive.lower().endswith(".zip"):
        packed = _zip(archive)
        for number, info in enumerate(packed.infolist()):
            if not info.is_dir() and not stat.S_ISLNK(info.external_attr >> 16):
                yield Member(info.filename, info.file_size, f"{info.CRC:08x}", number), partial(packed.open, info)
        return
    sequential = is_sequential(archive)
    with addresses.open_any(archive) as file, tarfile.open(fileobj=file, mode="r|*", tarinfo=_Entry) as tar:
        for number, entry in enumerate(tar):
            tar.members = []  # type: ignore[attr-defined]  # else it would keep every one of a million
            if entry.isreg():
                offset = number if sequential else entry.offset_data
                yield Member(entry.name, entry.size, "", offset), partial(tar.extractfile, entry)


class _Entry(tarfile.TarInfo):
    """An entry that is refused if its header claims a size that would fill the memory or lead backwards."""

    def _proc_member(self, tar: tarfile.TarFile) -> tarfile.TarInfo:
        if self.size < 0 or (not self.isreg() and self.size > MAX_HEADER):
            raise tarfile.ReadError(f"it has an entry of {self.size:,} bytes that is not a file")
        return super()._proc_member(tar)  # type: ignore[misc,no-any-return]


@contextmanager
def _errors_of(archive: str, name: str = "") -> Iterator[None]:
    """Turn errors of the libraries into ones that name the archive and the file in it."""
    try:
        yield
    except _DAMAGED as error:
        what = f"{archive}: {name} is damaged" if name else f"{archive} is damaged or not an archive"
        raise ArchiveError(f"{what} ({error}): copy the archive again") from error
    except RuntimeError as error:  # zipfile's for a file with a password
        raise ArchiveError(f"{archive}: {name} cannot be read: {error}", reason="encrypted") from error


def _part(archive: str, start: int, size: int) -> bytes:
    with addresses.open_any(archive, cache_type="none") as file:  # else a block of many megabytes is read for each
        file.seek(start)
        content = file.read(size)
    if len(content) != size:
        raise EOFError(f"it ends after {len(content)} of {size} bytes")
    return content


def _read(opened: _Opener, size: int) -> bytes:
    """Read no more than the size in the archive: a small file may unpack to any size."""
    with opened() or io.BytesIO() as file:
        content = file.read(size + 1)
    if len(content) != size:
        raise EOFError("its size is not the one given in the archive")
    return content


def _zip(archive: str) -> zipfile.ZipFile:
    """The open archive: its table of contents is read once per process, unless the archive changes."""
    return _open_zip(archive, 0 if addresses.is_remote(archive) else os.stat(archive).st_mtime_ns)


@lru_cache(maxsize=4)
def _open_zip(archive: str, modified: int) -> zipfile.ZipFile:
    file = addresses.open_any(archive)
    try:
        return zipfile.ZipFile(file)
    except BaseException:
        file.close()
        raise
