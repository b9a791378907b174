"""Recognise and open the data set in a folder, a published one or one of the plain layout.

The plain layout: `images/`, `vessels/`, optional `fov/` and `second/`, matched by the name before the suffix. An
optional `splits.json` lists the photographs of each split: {"train": ["a", "b"], "test": ["c"]}. In place of
`vessels/`, or beside it, there may be `av/`, coloured drawings of arteries and veins, and `points.csv`, the places of
disc and fovea.
"""

import csv
import json
from pathlib import Path
from typing import Any

from venule.datasets.dataset import Dataset, Record
from venule.datasets.known import IMAGE_SUFFIXES, KNOWN, known_set, open_known
from venule.errors import DatasetError

PLAIN = "folder"
DRAWINGS = {"reference": "vessels", "fov": "fov", "second": "second"}  # by role, the folder of the plain layout
Point = tuple[float, float]  # (row, column)
COLOURED, POINTS = "av", "points.csv"
COLUMNS = ("photograph", "disc_row", "disc_column", "fovea_row", "fovea_column")  # of points.csv


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
    return open_folder(path) if name == PLAIN else open_known(known_set(name), path)


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


def open_folder(folder: Path) -> Dataset:
    """Open a plain folder. A photograph without a drawing has reference None.

    The person is not known: each photograph counts as one person.

    Raises:
        DatasetError: there is no photograph or no drawing; two files have the same name; splits.json lists a
            photograph that does not exist, or one twice; points.csv lacks a column, or has text for a number.
    """
    photographs = files_by_stem(folder / "images")
    drawings = {role: files_by_stem(folder / place) for role, place in DRAWINGS.items()}
    if not photographs:
        raise DatasetError(f"{folder / 'images'} contains no image")
    coloured, points = files_by_stem(folder / COLOURED), _read_points(folder / POINTS)
    if not photographs.keys() & (drawings["reference"].keys() | coloured.keys() | points.keys()):
        raise DatasetError(
            f"no drawing in {folder / 'vessels'} has the same name as a photograph in {folder / 'images'}: "
            "images/a.jpg belongs to vessels/a.png"
        )
    splits = _read_splits(folder / "splits.json", {stem_of(path.name) for path in photographs.values()})
    records = []
    for stem, path in photographs.items():
        name = stem_of(path.name)
        reference, fov, second = (there.get(stem) for there in drawings.values())
        disc, fovea = points.get(stem, (None, None))
        records.append(
            Record(name, path, reference, fov, second, name, splits.get(name), coloured.get(stem), disc, fovea)
        )
    return Dataset(PLAIN, folder, tuple(records))


def files_by_stem(folder: Path) -> dict[str, Path]:
    """The image files of a folder by the lower-case name before the suffix; {} if there is no such folder."""
    found: dict[str, Path] = {}
    for path in images_in(folder):
        other = found.setdefault(stem_of(path.name).casefold(), path)
        if other != path:
            raise DatasetError(f"{other} and {path} have the same name before the suffix: rename one of the two")
    return found


def images_in(folder: Path) -> list[Path]:
    """The image files that lie in a folder, in order; none if there is no such folder."""
    there = sorted(folder.iterdir()) if folder.is_dir() else []
    return [p for p in there if p.suffix.lower() in IMAGE_SUFFIXES and not p.name.startswith(".") and p.is_file()]


def stem_of(name: str) -> str:
    """The name of a file before its suffix: "im0001" of "im0001.ppm.gz"."""
    name = name.removesuffix(".gz")
    return name.rpartition(".")[0] or name


def _name_of(path: Path) -> str | None:
    if (path / "images").is_dir() and any((path / place).exists() for place in ("vessels", COLOURED, POINTS)):
        return PLAIN
    return next((name for name in KNOWN if known_set(name).recognises(path)), None)


def _read_points(path: Path) -> dict[str, tuple[Point | None, Point | None]]:
    """Where disc and fovea lie, by the lower-case name of the photograph before the suffix."""
    if not path.exists():
        return {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        table = csv.DictReader(file)
        if missing := [name for name in COLUMNS if name not in (table.fieldnames or ())]:
            raise DatasetError(f"{path} has no column {missing[0]!r}; it needs {', '.join(COLUMNS)}")
        rows = list(table)

    def point(row: dict[str, str], what: str) -> Point | None:
        texts = [row[f"{what}_{axis}"] for axis in ("row", "column")]
        try:
            return (float(texts[0]), float(texts[1])) if any(texts) else None
        except (TypeError, ValueError):
            raise DatasetError(f"{path} has {texts} as the {what} of {row['photograph']}: give two numbers") from None

    return {stem_of(row["photograph"]).casefold(): (point(row, "disc"), point(row, "fovea")) for row in rows}


def _read_splits(path: Path, names: set[str]) -> dict[str, str]:
    if not path.exists():
        return {}

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) < len(pairs):
            raise DatasetError(f"{path} names a split twice: join the two lists")
        return dict(pairs)

    wanted = f'{path} must list the photographs of each split, {{"train": ["a", "b"], "test": ["c"]}}'
    try:
        splits = json.loads(path.read_text("utf-8-sig"), object_pairs_hook=once)
    except json.JSONDecodeError as error:
        raise DatasetError(f"{wanted}: line {error.lineno}, column {error.colno} is no JSON") from None
    except UnicodeDecodeError:
        raise DatasetError(f"{wanted}: it is not saved as UTF-8") from None
    found: dict[str, str] = {}
    for split, listed in splits.items() if isinstance(splits, dict) else [("", None)]:
        if not isinstance(listed, list) or not all(isinstance(name, str) for name in listed):
            raise DatasetError(f"{wanted}: {split or 'it'} is no list of names in quotes")
        for name in listed:
            if name not in names:
                raise DatasetError(f"{path} lists {name!r} in {split!r}, but images/ has no photograph of this name")
            if found.setdefault(name, split) != split:
                raise DatasetError(f"{path} lists {name!r} in both {found[name]!r} and {split!r}: choose one")
    return found
