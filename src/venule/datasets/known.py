"""The published data sets, one YAML file each, and opening a copy of one."""

import json
import os
import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files as package_files
from pathlib import Path

import yaml
from pydantic import BaseModel

from venule.datasets.dataset import Dataset, Record
from venule.errors import DatasetError
from venule.photograph.decode import SUFFIXES

KNOWN = ("drive", "chase_db1", "hrf", "stare", "fives")
IMAGE_SUFFIXES = (*SUFFIXES, ".gz")
ROLES = ("photograph", "reference", "fov", "second")
Paths = dict[str, tuple[str, ...]]  # by role: possible paths inside the folder of the data set, the usual one first


class Host(BaseModel, frozen=True, extra="forbid"):
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


class KnownSet(BaseModel, frozen=True, extra="forbid"):
    """A published data set.

    Attributes:
        name: what users type.
        title: its name in papers.
        size: (width, height) of every photograph, in pixels.
        drawings: how many observers drew each photograph, in a few words.
        licence: in a few words.
        page: where the data set is described and published.
        marks: glob patterns; a folder in which one matches is a copy of this data set.
        splits: names of the photographs of each published split; {"all": [...]} if none was published.
        files: for each split, the paths of the files of a photograph; {name} stands for its name, {number} for its name
            without that of the split.
        person: pattern of the part of a name that tells the person.
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
    splits: dict[str, list[str]]
    files: dict[str, Paths]
    person: str = ".+"
    withheld: tuple[str, ...] = ()
    undrawn: str = ""
    checked: bool = False
    host: Host | None = None
    by_hand: str = ""

    @property
    def checksums(self) -> dict[str, str]:
        """SHA-256 of the published files by their path inside the folder; {} if they are not known."""
        checksums: dict[str, str] = json.loads(_read(f"{self.name}_checksums.json")) if self.checked else {}
        return checksums

    def entries(self) -> Iterator[tuple[str, str, Paths]]:
        """Each photograph: name, split, possible paths of its files by their role; a role that it lacks has none."""
        for split, names in self.splits.items():
            for name in names:
                words = {"name": name, "number": name.removeprefix(f"{split}_")}
                places = self.files[split]
                yield name, split, {role: tuple(p.format(**words) for p in places.get(role, ())) for role in ROLES}

    def recognises(self, folder: Path) -> bool:
        """Whether the folder looks like a copy of this data set, complete or not."""
        return any(next(folder.glob(mark), None) is not None for mark in self.marks)


@cache
def known_set(name: str) -> KnownSet:
    """A published data set by its name, ignoring case.

    Raises:
        DatasetError: the name is not known.
    """
    if name.lower() not in KNOWN:
        raise DatasetError(f"unknown data set {name!r}; known: {', '.join(KNOWN)}")
    return KnownSet(name=name.lower(), **yaml.safe_load(_read(f"{name.lower()}.yaml")))


def open_known(known: KnownSet, folder: Path) -> Dataset:
    """Open a copy of a published data set.

    A whole split may be missing, and so may all drawings or masks of a split. If only some are missing, the copy is
    refused, because scores on it could not be compared with others.

    Raises:
        DatasetError: photographs, drawings or masks are missing.
    """
    index = index_files(folder)
    entries = list(known.entries())
    records = []
    for role in ROLES:
        for split in known.splits:
            wanted = [paths[role] for _, of, paths in entries if of == split]
            missing = [paths[0] for paths in wanted if paths and find(index, paths) is None]
            if missing and len(missing) < len(wanted):
                raise DatasetError(
                    f"{folder} lacks {len(missing)} of the {len(wanted)} files ({role}) of the {split} split of "
                    f"{known.title}, the first {missing[0]}: `venule data check {folder}` lists them; {known.page} has "
                    "the original"
                )
    for name, split, paths in entries:
        photograph, reference, fov, second = (find(index, paths[role]) for role in ROLES)
        if photograph is not None:
            person = re.match(known.person, name)
            subject = person.group() if person else name
            published = None if split == "all" else split
            records.append(Record(name, photograph, reference, fov, second, subject, published))
    if not records:
        raise DatasetError(
            f"{folder} contains no photograph of {known.title} under its published name "
            f"({entries[0][2]['photograph'][0]} and so on): this copy was renamed or is incomplete; `venule data check "
            f"{folder}` lists each file, {known.page} has the original"
        )
    return Dataset(known.name, folder, tuple(sorted(records, key=lambda record: record.name)))


def index_files(folder: Path, *, depth: int = 3) -> dict[str, Path]:
    """The image files of a folder by their lower-case path inside it.

    Copies of one set differ in the case of their names (HRF: .JPG and .jpg).

    Raises:
        DatasetError: two paths differ by case alone.
    """
    found: dict[str, Path] = {}
    for parent, folders, names in os.walk(folder):
        inside = Path(parent).relative_to(folder)
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__")))
        if len(inside.parts) >= depth:
            folders.clear()
        for name in sorted(names):
            path = Path(parent) / name
            if not name.startswith(".") and path.suffix.lower() in IMAGE_SUFFIXES and path.is_file():
                other = found.setdefault((inside / name).as_posix().lower(), path)
                if other != path:
                    raise DatasetError(f"{other} and {path} differ by case alone: keep the one that was published")
    return found


def find(index: dict[str, Path], candidates: tuple[str, ...]) -> Path | None:
    """The first of the candidate paths that exists, ignoring case."""
    return next((index[path.lower()] for path in candidates if path.lower() in index), None)


def _read(name: str) -> str:
    return (package_files("venule.datasets") / name).read_text("utf-8")
