"""Download a published data set, unpack it and check each file."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import pooch
import requests

from venule.batch.archives import Member, members, read_member
from venule.datasets.copies import Check, check_dataset
from venule.datasets.known import known_set
from venule.errors import DatasetError, VenuleError

Progress = Callable[[str, int, int | None], None]
RETRIES = 4
TIMEOUT = 60.0  # seconds without a byte
CHUNK = 1 << 16
MAX_FILES = 5000  # in an archive


def get_dataset(name: str, folder: Path, *, base: str | None = None, progress: Progress | None = None) -> Check:
    """Download a data set, unpack it and check each file.

    If it is interrupted, finished archives are kept beside the folder (`FOLDER.part`) for the next call. The folder
    appears whole or not at all.

    Args:
        name: of the data set.
        folder: for the data set; must be empty or not exist. A clean copy that exists already is left alone.
        base: address of the folder with the archives, in place of the published one.
        progress: called with the name of the archive, the bytes received, and its size in bytes (None: not known).

    Raises:
        DatasetError: the data set is not known or must be downloaded by hand, the folder contains something else, an
            address does not answer, or an archive is too large, broken or unsafe.
    """
    known = known_set(name)
    host = known.host
    if host is None:
        raise DatasetError(how_to_get(known.name, folder))
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        check = check_dataset(folder, name=known.name) if folder.is_dir() else None
        if check is not None and check.is_clean:
            return check
        raise DatasetError(
            f"{folder} exists and is not a clean copy of {known.title}: choose another folder with -o, or see what is "
            f"wrong with `venule data check {folder}`"
        )
    work = folder.with_name(folder.name + ".part")
    work.mkdir(parents=True, exist_ok=True)
    bases = host.bases if base is None else (f"{base.rstrip('/')}/",)
    for archive in host.archives:
        try:
            _download_from_any([base + archive for base in bases], work / archive, host.max_download, progress)
        except DatasetError as error:
            raise DatasetError(f"{error}\n{how_to_get(known.name, folder)}") from error
    unpacked = work / "unpacked"
    shutil.rmtree(unpacked, ignore_errors=True)
    left = host.max_unpacked
    for archive, place in host.archives.items():
        left -= unpack(work / archive, unpacked / place, max_bytes=left)
    check = check_dataset(unpacked, name=known.name)
    if not check.counts:
        shutil.rmtree(work)
        raise DatasetError(f"the archive from {bases[0]} contains no file of {known.title}; {known.page} may say why")
    if folder.exists():
        folder.rmdir()
    unpacked.rename(folder)
    shutil.rmtree(work)
    return check_dataset(folder, name=known.name)


def how_to_get(name: str, folder: Path) -> str:
    """Instructions for getting a data set by hand.

    Raises:
        DatasetError: the data set is not known.
    """
    known = known_set(name)
    first: dict[str, str] = {}
    for _, split, paths in known.entries():
        first.setdefault(split, paths["photograph"][0])
    by_hand = f"To get {known.title} by hand:"
    if known.by_hand:
        by_hand = f"venule does not download {known.title}: {known.by_hand}."
    return (
        f"{by_hand}\n"
        f"  1. Download it from {known.page} (licence: {known.licence}).\n"
        f"  2. Unpack it so that these files exist: {', '.join(str(folder / path) for path in first.values())}\n"
        f"  3. Check it: venule data check {folder}"
    )


def _download_from_any(urls: list[str], path: Path, max_bytes: int, progress: Progress | None) -> None:
    failures = []
    for url in urls:
        try:
            return download(url, path, max_bytes=max_bytes, progress=progress)
        except DatasetError as error:
            failures.append(str(error))
    raise DatasetError("\n".join(failures))


def download(url: str, path: Path, *, max_bytes: int, progress: Progress | None = None) -> None:
    """Download a file with pooch: repeated when the connection breaks, whole or not at all.

    Args:
        url: http or https.
        path: where to put the file; if it exists already, nothing is done.
        max_bytes: a larger file is refused, whether the server announces its size or not.
        progress: called with the name of the file, the bytes received, and its size in bytes (None: not known).

    Raises:
        DatasetError: the address does not answer or answers with an error, the file is too large, or the connection
            broke again and again.
    """
    if not url.startswith(("http://", "https://")):
        raise DatasetError(f"{url} is not an http or https address")
    pooch.get_logger().setLevel("ERROR")  # its news are in our errors
    meter = _Meter(url, path.name, max_bytes, progress)
    http = pooch.HTTPDownloader(meter, CHUNK, timeout=TIMEOUT, headers={"User-Agent": "venule"})

    def fetch(url: str, output: str, keeper: Any) -> None:
        meter.reset()
        try:
            http(url, output, keeper)
        except requests.HTTPError as error:
            if error.response.status_code >= 500:
                raise
            raise DatasetError(f"{url} answers {error}: the file may have moved") from None

    files = pooch.create(path.parent, "", registry={path.name: None}, urls={path.name: url}, retry_if_failed=RETRIES)
    try:
        files.fetch(path.name, downloader=fetch)
    except requests.RequestException as error:
        cause: BaseException = error
        while cause.__context__:
            cause = cause.__context__
        why = getattr(cause, "strerror", None) or "the server does not answer, or not to the end"
        raise DatasetError(f"{url} could not be downloaded in {1 + RETRIES} attempts ({why})") from error


@dataclass
class _Meter:
    """Counts bytes, by the interface of tqdm that pooch calls."""

    url: str
    name: str
    max_bytes: int
    progress: Progress | None
    total: int = 0  # 0: not known
    received: int = 0

    def update(self, count: int) -> None:
        """Take a block into account, which may be shorter than it says."""
        if max(self.total, self.received) > self.max_bytes:
            raise DatasetError(f"{self.url} has more than the {self.max_bytes} bytes expected: it is another file")
        self.received += count
        if self.progress is not None:
            self.progress(self.name, min(self.received, self.total or self.received), self.total or None)

    def reset(self) -> None:
        """Begin again."""
        self.received = 0

    def close(self) -> None:
        """Nothing is to be closed."""


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
        DatasetError: the archive is broken, contains a path that leads outside, or is too large.
    """
    try:
        return _unpack(str(archive), folder, max_bytes)
    except (VenuleError, OSError) as error:
        archive.unlink()
        said = f"{archive} cannot be unpacked ({error.strerror})" if isinstance(error, OSError) else error
        raise DatasetError(f"{said}; it was deleted: run the same command again") from error


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
