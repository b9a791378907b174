"""The known data sets, and recognising them in a folder."""

from pathlib import Path

from venule.datasets import chase_db1, drive, fives, folder, hrf, stare
from venule.datasets.dataset import Dataset
from venule.datasets.known import KnownSet, open_known
from venule.errors import DatasetError

KNOWN: dict[str, KnownSet] = {module.SET.name: module.SET for module in (drive, chase_db1, hrf, stare, fives)}
PLAIN = "folder"


def open_dataset(path: Path, *, name: str | None = None) -> Dataset:
    """Open the data set in a folder.

    Args:
        path: the folder.
        name: of the data set, "folder" for the plain layout; None: recognise it.

    Raises:
        DatasetError: there is no such folder, the data set is not known or recognised, or files are missing.

    Example:
        >>> open_dataset(folder).name
        'folder'
    """
    path = Path(path)
    name = recognise(path) if name is None else name
    if not path.is_dir():
        raise DatasetError(f"{path} is not a folder")
    return folder.open_folder(path) if name == PLAIN else open_known(known_set(name), path)


def recognise(path: Path) -> str:
    """The name of the data set in a folder.

    Raises:
        DatasetError: there is no such folder, or its layout is not known.
    """
    if not path.is_dir():
        raise DatasetError(f"{path} is not a folder")
    name = _name_of(path)
    if name is not None:
        return name
    inside = [child for child in sorted(path.iterdir()) if child.is_dir() and _name_of(child)]
    hint = f"; did you mean {' or '.join(str(child) for child in inside)}?" if inside else ""
    raise DatasetError(
        f"{path} does not have the layout of a known data set ({', '.join(KNOWN)}). A data set of your own needs the "
        f"folders images/ and vessels/ with the same names in both{hint}"
    )


def known_set(name: str) -> KnownSet:
    """A published data set by its name, ignoring case.

    Raises:
        DatasetError: the name is not known.
    """
    if name.lower() not in KNOWN:
        raise DatasetError(f"unknown data set {name!r}; known: {', '.join(KNOWN)}")
    return KNOWN[name.lower()]


def _name_of(path: Path) -> str | None:
    if folder.recognises(path):
        return PLAIN
    return next((name for name, known in KNOWN.items() if known.recognises(path)), None)
