"""Unpack an archive from the internet without letting it write anywhere else."""

import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from venule.errors import DatasetError

MAX_FILES = 5000
BLOCK = 1 << 20
Member = tuple[PurePosixPath, Callable[[], IO[bytes]]]


def unpack(archive: Path, folder: Path, *, max_bytes: int) -> int:
    """Unpack the files of a zip or tar archive into a folder; one folder around all of them is left out.

    Args:
        archive: the file; one that is broken or unsafe is deleted, so that it is downloaded anew.
        folder: made where it does not exist.
        max_bytes: of everything unpacked together, as counted while writing.

    Returns:
        Bytes written.

    Raises:
        DatasetError: the archive is broken, holds a link or a path that leads outside, or is too large.
    """
    try:
        with _members(archive) as members:
            return _write(archive, members, folder, max_bytes)
    except (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        archive.unlink()
        raise DatasetError(
            f"{archive} is no whole archive ({error}) and was deleted: run the same command again"
        ) from error
    except DatasetError:
        archive.unlink()
        raise


def _write(archive: Path, members: list[Member], folder: Path, max_bytes: int) -> int:
    if len(members) > MAX_FILES:
        raise DatasetError(f"{archive} holds {len(members)} files; no data set that venule knows has so many")
    tops = {path.parts[0] for path, _ in members}
    wrapped = len(tops) == 1 and all(len(path.parts) > 1 for path, _ in members)
    written = 0
    for path, open_member in members:
        target = folder.joinpath(*path.parts[1 if wrapped else 0 :])
        target.parent.mkdir(parents=True, exist_ok=True)
        with open_member() as source, target.open("wb") as file:
            while block := source.read(BLOCK):
                written += len(block)
                if written > max_bytes:
                    raise DatasetError(f"{archive} unpacks to more than {max_bytes} bytes: it is another file")
                file.write(block)
    return written


@contextmanager
def _members(archive: Path) -> Iterator[list[Member]]:
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as packed:
            yield [_zip_member(archive, packed, info) for info in packed.infolist() if not _is_clutter(info.filename)]
    else:
        with tarfile.open(archive, "r:") as packed:
            yield [_tar_member(archive, packed, info) for info in packed.getmembers() if not info.isdir()]


def _zip_member(archive: Path, packed: zipfile.ZipFile, info: zipfile.ZipInfo) -> Member:
    if stat.S_ISLNK(info.external_attr >> 16):
        raise DatasetError(f"{archive} holds a link ({info.filename}), which no data set has: it was not unpacked")
    return _safe_path(archive, info.filename), lambda: packed.open(info)


def _tar_member(archive: Path, packed: tarfile.TarFile, info: tarfile.TarInfo) -> Member:
    if not info.isreg():
        raise DatasetError(f"{archive} holds a link or device ({info.name}), which no data set has: not unpacked")

    def open_member() -> IO[bytes]:
        file = packed.extractfile(info)
        assert file is not None  # it is None for what is no regular file
        return file

    return _safe_path(archive, info.name), open_member


def _safe_path(archive: Path, name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name or not path.parts:
        raise DatasetError(f"{archive} holds a path that leads outside ({name}): it was not unpacked")
    return path


def _is_clutter(name: str) -> bool:
    return name.endswith("/") or name.startswith("__MACOSX/")
