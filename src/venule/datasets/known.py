"""The description of a published data set, and opening a copy of it."""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.resources import files as package_files
from pathlib import Path
from typing import Any

from venule.datasets.dataset import Dataset, Record
from venule.errors import DatasetError

IMAGE_SUFFIXES = {".tif", ".tiff", ".jpg", ".jpeg", ".png", ".gif", ".bmp", ".ppm", ".pgm", ".gz"}
ROLES = ("photograph", "reference", "fov", "second")


@dataclass(frozen=True)
class Files:
    """Possible paths of the files of one photograph inside the folder of the data set, the usual one first.

    An empty tuple: the data set has no such file.
    """

    photograph: tuple[str, ...]
    reference: tuple[str, ...] = ()
    fov: tuple[str, ...] = ()
    second: tuple[str, ...] = ()


@dataclass(frozen=True)
class Host:
    """Where a program can download a data set. The addresses have not been tested.

    Attributes:
        bases: addresses of the folder with the archives, in the order to try.
        archives: name of an archive -> folder inside the data set to unpack it into ("" for none).
        max_download: bytes of one archive; a larger one is refused.
        max_unpacked: bytes of everything unpacked.
    """

    bases: tuple[str, ...]
    archives: dict[str, str]
    max_download: int
    max_unpacked: int


@dataclass(frozen=True)
class KnownSet:
    """A published data set.

    Attributes:
        name: what users type.
        title: its name in papers.
        size: (width, height) of every photograph, in pixels.
        drawings: how many observers drew each photograph, in a few words.
        licence: in a few words.
        page: where the data set is described and published.
        marks: glob patterns; a folder in which one matches is a copy of this data set.
        files: (name, split) -> files of a photograph.
        subject: name of a photograph -> its person.
        withheld: splits whose drawings some copies lack.
        undrawn: glob pattern of published photographs without drawings.
        checked: whether the checksums of the published files are known.
        host: where it can be downloaded; None: only by hand.
        by_hand: why it must be downloaded by hand.
    """

    name: str
    title: str
    size: tuple[int, int]
    drawings: str
    licence: str
    page: str
    marks: tuple[str, ...]
    files: Callable[[str, str], Files]
    subject: Callable[[str], str] = str
    withheld: tuple[str, ...] = ()
    undrawn: str = ""
    checked: bool = False
    host: Host | None = None
    by_hand: str = ""

    @property
    def splits(self) -> dict[str, list[str]]:
        """Names of the photographs of each published split; {"all": [...]} if none was published."""
        splits: dict[str, list[str]] = _read_json(f"{self.name}.json")
        return splits

    @property
    def photographs(self) -> int:
        """Number of photographs."""
        return sum(len(names) for names in self.splits.values())

    @property
    def checksums(self) -> dict[str, str]:
        """SHA-256 of the published files by their path inside the folder; {} if they are not known."""
        checksums: dict[str, str] = _read_json(f"{self.name}_checksums.json") if self.checked else {}
        return checksums

    def entries(self) -> Iterator[tuple[str, str, Files]]:
        """Each photograph: name, split, files."""
        for split, names in self.splits.items():
            for name in names:
                yield name, split, self.files(name, split)

    def recognises(self, folder: Path) -> bool:
        """Whether the folder looks like a copy of this data set, complete or not."""
        return any(next(folder.glob(mark), None) is not None for mark in self.marks)


def open_known(known: KnownSet, folder: Path) -> Dataset:
    """Open a copy of a published data set.

    A whole split may be missing, and so may all drawings or masks of a split. If only some are missing, the copy is
    refused, because scores on it could not be compared with others.

    Raises:
        DatasetError: photographs, drawings or masks are missing.
    """
    index = index_files(folder)
    found = {name: {role: find(index, getattr(where, role)) for role in ROLES} for name, _, where in known.entries()}
    records = []
    for split, names in known.splits.items():
        for role in ROLES:
            _check_all_or_none(known, folder, split, role, {name: found[name][role] for name in names})
        for name in names:
            paths = found[name]
            if paths["photograph"] is not None:
                records.append(
                    Record(
                        name=name,
                        photograph=paths["photograph"],
                        reference=paths["reference"],
                        fov=paths["fov"],
                        second=paths["second"],
                        subject=known.subject(name),
                        split=None if split == "all" else split,
                    )
                )
    if not records:
        first = next(known.entries())[2].photograph[0]
        raise DatasetError(
            f"{folder} contains no photograph of {known.title} under its published name ({first} and so on): this copy "
            f"was renamed or is incomplete; `venule data check {folder}` lists each file, {known.page} has the original"
        )
    return Dataset(known.name, folder, tuple(sorted(records, key=lambda record: record.name)))


def index_files(folder: Path, *, depth: int = 3) -> dict[str, Path]:
    """The image files of a folder by their lower-case path inside it.

    Copies of one set differ in the case of their names (HRF: .JPG and .jpg).
    """
    found: dict[str, Path] = {}
    for parent, folders, names in os.walk(folder):
        inside = Path(parent).relative_to(folder)
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__")))
        if len(inside.parts) >= depth:
            folders.clear()
        for name in sorted(names):
            if not name.startswith(".") and Path(name).suffix.lower() in IMAGE_SUFFIXES:
                found.setdefault((inside / name).as_posix().lower(), Path(parent) / name)
    return found


def find(index: dict[str, Path], candidates: tuple[str, ...]) -> Path | None:
    """The first of the candidate paths that exists, ignoring case."""
    return next((index[path.lower()] for path in candidates if path.lower() in index), None)


def _check_all_or_none(known: KnownSet, folder: Path, split: str, role: str, paths: dict[str, Path | None]) -> None:
    missing = [name for name, path in paths.items() if path is None]
    if missing and len(missing) < len(paths):
        expected = getattr(known.files(missing[0], split), role)[0]
        raise DatasetError(
            f"{folder} lacks {len(missing)} of the {len(paths)} files ({role}) of the {split} split of {known.title}, "
            f"the first {expected}: `venule data check {folder}` lists them; {known.page} has the original"
        )


def _read_json(name: str) -> Any:
    return json.loads((package_files("venule.datasets") / name).read_text("utf-8"))
