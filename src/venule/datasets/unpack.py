"""Unpack an archive from the internet safely."""

from pathlib import Path, PurePosixPath

from venule.batch.archives import ArchiveError, Member, members, read_member
from venule.errors import DatasetError

MAX_FILES = 5000


def unpack(archive: Path, folder: Path, *, max_bytes: int) -> int:
    """Unpack the files of a zip or tar archive into a folder; one folder around all of them is left out.

    Args:
        archive: the file; a broken or unsafe one is deleted, so that it is downloaded again. Links and devices in it
            are left out.
        folder: created where it does not exist.
        max_bytes: of everything unpacked together.

    Returns:
        Bytes written.

    Raises:
        DatasetError: the archive is broken, holds a path that leads outside, or is too large.
    """
    try:
        return _unpack(str(archive), folder, max_bytes)
    except ArchiveError as error:
        archive.unlink()
        raise DatasetError(f"{error}; it was deleted: run the same command again") from error
    except DatasetError:
        archive.unlink()
        raise


def _unpack(archive: str, folder: Path, max_bytes: int) -> int:
    found: list[tuple[PurePosixPath, Member]] = []
    total = 0
    for member in members(archive):
        if not member.name.startswith("__MACOSX/"):
            found.append((_safe_path(archive, member.name), member))
            total += member.size
        if total > max_bytes:
            raise DatasetError(f"{archive} unpacks to more than {max_bytes} bytes: it is another file")
        if len(found) > MAX_FILES:
            raise DatasetError(f"{archive} contains more than {MAX_FILES} files: no known data set has so many")
    wrapped = len({path.parts[0] for path, _ in found}) == 1 and all(len(path.parts) > 1 for path, _ in found)
    for path, member in found:
        target = folder.joinpath(*path.parts[1 if wrapped else 0 :])
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(read_member(archive, member))
    return total


def _safe_path(archive: str, name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name or not path.parts:
        raise DatasetError(f"{archive} contains a path that leads outside ({name}): it was not unpacked")
    return path
