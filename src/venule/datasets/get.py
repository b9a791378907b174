"""Get a published data set from its publisher."""

import shutil
from pathlib import Path

from venule.datasets.copies import Check, check_dataset
from venule.datasets.download import Progress, download
from venule.datasets.hosts import BY_HAND, HOSTS, Host
from venule.datasets.known import KnownSet
from venule.datasets.registry import known_set
from venule.datasets.unpack import unpack
from venule.errors import DatasetError


def how_to_get(name: str, folder: Path) -> str:
    """Instructions for getting a data set by hand.

    Raises:
        DatasetError: the data set is not known.
    """
    known = known_set(name)
    first = {split: known.files(names[0], split).photograph[0] for split, names in known.splits.items()}
    why = BY_HAND.get(known.name)
    return "\n".join(
        [
            f"venule does not download {known.title}: {why}." if why else f"To get {known.title} by hand:",
            f"  1. Download it from {known.page} (licence: {known.licence}).",
            f"  2. Unpack it so that these files exist: {', '.join(str(folder / path) for path in first.values())}",
            f"  3. Check it: venule data check {folder}",
        ]
    )


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
    if known.name not in HOSTS:
        raise DatasetError(how_to_get(known.name, folder))
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        return _check_existing(known, folder)
    host = HOSTS[known.name]
    work = folder.with_name(folder.name + ".part")
    work.mkdir(parents=True, exist_ok=True)
    bases = host.bases if base is None else (base,)
    for archive in host.archives:
        _download_from_any(known, bases, archive, work, host, progress, folder)
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


def _check_existing(known: KnownSet, folder: Path) -> Check:
    if folder.is_dir():
        check = check_dataset(folder, name=known.name)
        if check.is_clean:
            return check
    raise DatasetError(
        f"{folder} exists and is not a clean copy of {known.title}: choose another folder with -o, or see what is "
        f"wrong with `venule data check {folder}`"
    )


def _download_from_any(
    known: KnownSet,
    bases: tuple[str, ...],
    archive: str,
    work: Path,
    host: Host,
    progress: Progress | None,
    folder: Path,
) -> None:
    failures = []
    for base in bases:
        try:
            download(base + archive, work / archive, max_bytes=host.max_download, progress=progress)
            return
        except DatasetError as error:
            failures.append(str(error))
    raise DatasetError("\n".join([*failures, how_to_get(known.name, folder)]))
