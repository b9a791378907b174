"""A plain folder: `images/`, `vessels/`, optional `fov/` and `second/`, matched by the name before the suffix.

An optional `splits.json` lists the photographs of each split: {"train": ["a", "b"], "test": ["c"]}.
"""

from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from venule.datasets.dataset import Dataset, Record
from venule.datasets.known import IMAGE_SUFFIXES
from venule.errors import DatasetError


def recognises(folder: Path) -> bool:
    """Whether the folder has the two folders of the plain layout."""
    return (folder / "images").is_dir() and (folder / "vessels").is_dir()


def open_folder(folder: Path) -> Dataset:
    """Open a plain folder. A photograph without a drawing has reference None.

    The person is not known: each photograph counts as one person.

    Raises:
        DatasetError: there is no photograph or no drawing; two files have the same name; splits.json lists a
            photograph that does not exist, or one twice.
    """
    photographs = files_by_stem(folder / "images")
    drawings = {role: files_by_stem(folder / place) for role, place in _PLACES.items()}
    if not photographs:
        raise DatasetError(f"{folder / 'images'} contains no image")
    if not photographs.keys() & drawings["reference"].keys():
        raise DatasetError(
            f"no drawing in {folder / 'vessels'} has the same name as a photograph in {folder / 'images'}: "
            "images/a.jpg belongs to vessels/a.png"
        )
    splits = _read_splits(folder / "splits.json", {path.stem for path in photographs.values()})
    records = [
        Record(
            name=path.stem,
            photograph=path,
            reference=drawings["reference"].get(stem),
            fov=drawings["fov"].get(stem),
            second=drawings["second"].get(stem),
            subject=path.stem,
            split=splits.get(path.stem),
        )
        for stem, path in photographs.items()
    ]
    return Dataset("folder", folder, tuple(records))


def files_by_stem(folder: Path) -> dict[str, Path]:
    """The image files of a folder by the lower-case name before the suffix; {} if there is no such folder."""
    found: dict[str, Path] = {}
    for path in sorted(folder.glob("*")):
        if path.is_file() and path.suffix.lower() in IMAGE_SUFFIXES and not path.name.startswith("."):
            other = found.setdefault(path.stem.lower(), path)
            if other != path:
                raise DatasetError(f"{other} and {path} have the same name before the suffix: rename one of the two")
    return found


_PLACES = {"reference": "vessels", "fov": "fov", "second": "second"}


def _read_splits(path: Path, names: set[str]) -> dict[str, str]:
    if not path.exists():
        return {}
    try:
        splits = TypeAdapter(dict[str, list[str]]).validate_json(path.read_bytes())
    except ValidationError as error:
        raise DatasetError(
            f'{path} must list the photographs of each split, {{"train": ["a", "b"], "test": ["c"]}}: '
            f"{error.errors()[0]['msg']}"
        ) from None
    found: dict[str, str] = {}
    for split, listed in splits.items():
        for name in listed:
            if name not in names:
                raise DatasetError(f"{path} lists {name!r} in {split!r}, but images/ has no photograph of this name")
            if found.setdefault(name, split) != split:
                raise DatasetError(f"{path} lists {name!r} in both {found[name]!r} and {split!r}: choose one")
    return found
