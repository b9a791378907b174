"""Check whether a copy of a data set is what was published: counts, names, sizes, pairs, checksums."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

from venule.datasets.dataset import read_file, read_record
from venule.datasets.folder import DRAWINGS, PLAIN, files_by_stem, open_folder, recognise
from venule.datasets.known import ROLES, KnownSet, find, index_files, known_set
from venule.errors import DatasetError, VenuleError
from venule.photograph import decode

NOUNS = {"photograph": "photographs", "reference": "drawings", "fov": "masks", "second": "second drawings"}
KINDS = {"wrong-size": "wrong-size", "inverted-mask": "inverted", "empty-mask": "empty"}  # by the reason of an error
AUGMENTED = 2  # times as many images in a folder as were published: copies of training folders, flipped and turned


@dataclass(frozen=True)
class Defect:
    """What is wrong with one file of a copy.

    Attributes:
        kind: "missing", "extra", "renumbered", "augmented", "wrong-size", "inverted", "empty", "unreadable", or
            "altered" (the right size, but not the published bytes).
        path: the file, or the folder.
        message: what is wrong, with the values, and what to do.
    """

    kind: str
    path: Path
    message: str

    @property
    def is_note(self) -> bool:
        """Whether the copy can be used nevertheless."""
        return self.kind == "altered"


@dataclass(frozen=True)
class Check:
    """The result of a check: what a copy contains and what is wrong with it.

    Attributes:
        name: of the data set.
        counts: number of files of each kind ("photographs", "drawings", "masks", "second drawings").
        checksums: number of files compared with the published bytes.
        defects: in the order of their paths; none if the copy is what was published.
    """

    name: str
    counts: dict[str, int]
    checksums: int
    defects: tuple[Defect, ...]

    @property
    def is_clean(self) -> bool:
        """Whether the copy can be used."""
        return all(defect.is_note for defect in self.defects)


def check_dataset(folder: Path, *, name: str | None = None) -> Check:
    """Compare the copy of a data set in a folder with what was published.

    Args:
        folder: of the copy.
        name: of the data set; None: recognise it.

    Raises:
        DatasetError: there is no such folder, or its data set is not known.
    """
    name = recognise(folder) if name is None else name
    if not folder.is_dir():
        raise DatasetError(f"{folder} is not a folder")
    return _check_folder(folder) if name == PLAIN else _check_known(known_set(name), folder)


def _check_folder(folder: Path) -> Check:
    """Check a plain folder: pairs, and each file as training and evaluation read it."""
    dataset = open_folder(folder)
    defects = []
    counts: Counter[str] = Counter()
    used = {getattr(record, role) for record in dataset.records for role in DRAWINGS}
    for record in dataset.records:
        counts += Counter(noun for role, noun in NOUNS.items() if getattr(record, role))
        if not (record.reference or record.arteries_veins or record.disc or record.fovea):
            drawing = folder / "vessels" / f"{record.name}.png"
            defects.append(Defect("missing", drawing, f"{record.photograph} has no drawing such as {drawing}"))
        bare = replace(record, reference=None, second=None)
        for part in (bare, replace(bare, reference=record.reference), replace(bare, second=record.second)):
            try:
                read_record(part)
            except VenuleError as error:
                files = (part.fov, part.reference, part.second)
                path = next((file for file in files if file and str(error).startswith(str(file))), part.photograph)
                defects.append(Defect(KINDS.get(error.reason, "unreadable"), path, str(error)))
                if part == bare:
                    break
    for place in DRAWINGS.values():
        for path in files_by_stem(folder / place).values():
            if path not in used:
                defects.append(Defect("extra", path, f"{path} belongs to no photograph in {folder / 'images'}"))
    return Check(PLAIN, dict(counts), 0, _in_order(defects))


def _check_known(known: KnownSet, folder: Path) -> Check:
    index = index_files(folder)
    published = known.checksums
    homes = defaultdict(set)  # paths by checksum; two masks of DRIVE may have the same bytes
    for place, digest in published.items():
        homes[digest].add(place)
    counts: Counter[str] = Counter()
    defects = list(_missing(known, folder, index))
    expected = set()
    compared = 0
    for _, _, paths in known.entries():
        for role, candidates in paths.items():
            path = find(index, candidates)
            if path is None:
                continue
            counts[NOUNS[role]] += 1
            expected.add(path)
            compared += candidates[0] in published
            original = homes[_sha256(path) if published else ""]
            if candidates[0] in original:
                continue
            defect = _renumbered(path, original) if original else _wrong_size(path, known, role)
            if defect is not None:
                defects.append(defect)
            elif candidates[0] in published:
                message = "has the right size, but not the published bytes: this copy was saved again, or comes from"
                defects.append(Defect("altered", path, f"{path} {message} another edition"))
    extra = [path for path in index.values() if path not in expected and not fnmatch(path.name.lower(), known.undrawn)]
    defects += _extra(known, folder, extra, expected, homes)
    return Check(known.name, dict(counts), compared, _in_order(defects))


def _missing(known: KnownSet, folder: Path, index: dict[str, Path]) -> Iterator[Defect]:
    for split in known.splits:
        for role in ROLES:
            places = [paths[role] for _, of, paths in known.entries() if of == split and paths[role]]
            absent = [folder / candidates[0] for candidates in places if find(index, candidates) is None]
            if absent and len(absent) == len(places):
                if split not in known.withheld or role not in ("reference", "second"):
                    home = absent[0].parent
                    yield Defect(
                        "missing",
                        home,
                        f"{home} lacks all {len(absent)} {split} {NOUNS[role]} of {known.title}, {absent[0].name} to "
                        f"{absent[-1].name}: {_remedy(known)}",
                    )
                continue
            for path in absent:
                yield Defect("missing", path, f"{path} is missing: {_remedy(known)}")


def _extra(
    known: KnownSet, folder: Path, extra: list[Path], expected: set[Path], homes: dict[str, set[str]]
) -> Iterator[Defect]:
    published = Counter(
        folder / PurePosixPath(candidates[0]).parent
        for _, _, paths in known.entries()
        for candidates in paths.values()
        if candidates
    )
    there = Counter(path.parent for path in [*extra, *expected])
    augmented = {place for place in published if there[place] >= AUGMENTED * published[place]}
    for place in sorted(augmented):
        yield Defect(
            "augmented",
            place,
            f"{place} holds {there[place]} images; {known.title} has {published[place]} there. This copy was "
            f"augmented, and rotated or flipped copies of one photograph leak between splits: {_remedy(known)}",
        )
    for path in extra:
        original = homes[_sha256(path)] if homes else set()
        if any(folder / place in expected for place in original):
            yield Defect("extra", path, f"{path} is a second copy of {min(original)}: remove one of the two")
        elif original:
            yield _renumbered(path, original)
        elif path.parent in augmented:
            yield Defect("augmented", path, f"{path} is not a file of {known.title}, and was probably made from one")
        else:
            yield Defect("extra", path, f"{path} is not a file of {known.title}: keep other files in another folder")


def _renumbered(path: Path, homes: set[str]) -> Defect:
    return Defect(
        "renumbered",
        path,
        f"{path} contains what was published as {min(homes)}: this copy was renumbered, and its splits are not the "
        "published ones; give the files their own names, or get the original",
    )


def _wrong_size(path: Path, known: KnownSet, role: str) -> Defect | None:
    try:
        height, width = decode(read_file(path), name=str(path)).shape[:2]
    except VenuleError as error:
        return Defect("unreadable", path, str(error))
    if (width, height) == known.size:
        return None
    return Defect(
        "wrong-size",
        path,
        f"{path} is {width}x{height}; {known.title} {NOUNS[role]} are {known.size[0]}x{known.size[1]}. "
        f"This copy was resized: {_remedy(known)}",
    )


def _remedy(known: KnownSet) -> str:
    return f"get the original from {known.page} (`venule data get {known.name}` says how)"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _in_order(defects: list[Defect]) -> tuple[Defect, ...]:
    return tuple(sorted(defects, key=lambda defect: (defect.path, defect.kind)))
