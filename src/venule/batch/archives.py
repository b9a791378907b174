"""Photographs in zip and tar archives (WebDataset shards are such), read without unpacking them to disk."""

import lzma
import os
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import IO

from venule.batch import addresses
from venule.errors import VenuleError

ZIP, PLAIN_TAR = (".zip",), (".tar",)
PACKED_TAR = (".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
ARCHIVES = ZIP + PLAIN_TAR + PACKED_TAR
MAX_BYTES = 2 * 1024**3  # of one file: it is read whole
MAX_HEADER = 1024**2  # bytes of a long name, or of another header in a tar archive
_DAMAGED = (
    zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, struct.error, EOFError, NotImplementedError,
    ArithmeticError, LookupError, ValueError, OSError,
)  # fmt: skip


class ArchiveError(VenuleError):
    """An archive, or a file in it, cannot be read."""

    reason = "broken-archive"


@dataclass(frozen=True)
class Member:
    """A file in an archive.

    Attributes:
        name: as the archive says, which may be anything.
        size: bytes, as the archive says.
        mark: what tells it from files of the same size without reading it: its CRC in a zip archive, else "".
        offset: in bytes, where a tar archive is not packed; else its number in the archive.
    """

    name: str
    size: int
    mark: str
    offset: int


def is_archive(address: str) -> bool:
    """Whether a file is called like an archive."""
    return address.lower().endswith(ARCHIVES)


def without_ending(archive: str) -> str:
    """Its address without ".zip", ".tar.gz" and their kin."""
    ending = max((end for end in ARCHIVES if archive.lower().endswith(end)), key=len, default="")
    return archive[: len(archive) - len(ending)]


def is_sequential(archive: str) -> bool:
    """Whether its files can only be read one after the other."""
    return archive.lower().endswith(PACKED_TAR)


def members(archive: str) -> Iterator[Member]:
    """The files in an archive, in its order; folders, links and devices are left out.

    Raises:
        ArchiveError: it is damaged; what is before the damage has come by then.
    """
    try:
        if archive.lower().endswith(ZIP):
            for number, info in enumerate(_zip(archive).infolist()):
                if not info.is_dir():
                    yield _possible(Member(info.filename, info.file_size, f"{info.CRC:08x}", number))
            return
        with addresses.open_any(archive) as file, _stream(file) as tar:
            sequential = is_sequential(archive)
            for number, entry in enumerate(tar):
                tar.members = []  # type: ignore[attr-defined]  # else it would keep every one of a million
                if entry.isreg():
                    yield _possible(Member(entry.name, entry.size, "", number if sequential else entry.offset_data))
    except _DAMAGED as error:
        raise ArchiveError(f"{archive} is damaged or no archive ({error}): copy it again") from error


def _possible(member: Member) -> Member:
    if not (0 <= member.size < 2**62 and 0 <= member.offset < 2**62):
        raise ValueError(f"{member.name} claims to have {member.size:,} bytes")
    return member


def read_member(archive: str, member: Member) -> bytes:
    """The content of a file in a zip archive or in a tar archive that is not packed.

    Raises:
        ArchiveError: it is damaged, or encrypted (reason "encrypted").
    """
    try:
        if not archive.lower().endswith(ZIP):
            return _part(archive, member.offset, member.size)
        info = _zip(archive).infolist()[member.offset]
        with _zip(archive).open(info) as file:
            return _bounded(file, member.size, archive)
    except RuntimeError as error:  # zipfile's for a file with a password
        raise ArchiveError(f"{archive}: {member.name} cannot be read: {error}", reason="encrypted") from error
    except _DAMAGED as error:
        raise ArchiveError(f"{archive}: {member.name} is damaged ({error}): copy the archive again") from error


class Sequence:
    """Reads files of a packed tar archive in their order, so that it is unpacked once.

    Args:
        archive: its address.
    """

    def __init__(self, archive: str) -> None:
        """Begin at its first file."""
        self.archive = archive
        self._entries = self._walk()
        self._next = 0

    def read(self, member: Member) -> bytes:
        """The content of a file that comes after those that were read.

        Raises:
            ArchiveError: the archive is damaged before it.
        """
        try:
            for number, tar, entry in self._entries:
                if number == member.offset:
                    file = tar.extractfile(entry)
                    return _bounded(file, member.size, self.archive) if file else b""
        except _DAMAGED as error:
            raise ArchiveError(f"{self.archive} is damaged ({error}): copy it again") from error
        raise ArchiveError(f"{self.archive} has no {member.name} any more: it was changed")

    def _walk(self) -> Iterator[tuple[int, tarfile.TarFile, tarfile.TarInfo]]:
        with addresses.open_any(self.archive) as file, _stream(file) as tar:
            for number, entry in enumerate(tar):
                tar.members = []  # type: ignore[attr-defined]
                yield number, tar, entry


class _Entry(tarfile.TarInfo):
    """An entry that claims nothing that would be taken into memory, or lead back to where the archive was read."""

    def _proc_member(self, tar: tarfile.TarFile) -> tarfile.TarInfo:
        if self.size < 0 or (not self.isreg() and self.size > MAX_HEADER):
            raise tarfile.ReadError(f"it has an entry of {self.size:,} bytes that is no file")
        return super()._proc_member(tar)  # type: ignore[misc,no-any-return]


def _stream(file: IO[bytes]) -> tarfile.TarFile:
    return tarfile.open(fileobj=file, mode="r|*", tarinfo=_Entry)


def _part(archive: str, start: int, size: int) -> bytes:
    if addresses.is_remote(archive):
        content = bytes(addresses.filesystem(archive).cat_file(archive, start=start, end=start + size))
    else:
        with open(archive, "rb") as file:
            file.seek(start)
            content = file.read(size)
    if len(content) != size:
        raise EOFError(f"it ends after {len(content)} of {size} bytes")
    return content


def _zip(archive: str) -> zipfile.ZipFile:
    """Kept open: its table of contents is read once a process, unless the archive changes."""
    return _open_zip(archive, 0 if addresses.is_remote(archive) else os.stat(archive).st_mtime_ns)


@lru_cache(maxsize=4)
def _open_zip(archive: str, modified: int) -> zipfile.ZipFile:
    file = addresses.open_any(archive)
    try:
        return zipfile.ZipFile(file)
    except BaseException:
        file.close()
        raise


def _bounded(file: IO[bytes], size: int, archive: str) -> bytes:
    """As much as was said: what claims to be small may unpack to anything."""
    content = file.read(size + 1)
    if len(content) != size:
        raise EOFError(f"a file in {archive} has another size than the archive says")
    return content
