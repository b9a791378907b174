"""Whether a copy of a data set is what was published: counts, names, sizes, pairs, checksums."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

from venule.datasets.dataset import read_file
from venule.datasets.finding import NOUNS, Check, Finding, in_order
from venule.datasets.folder_check import check_folder
from venule.datasets.known import ROLES, KnownSet, find, index_files
from venule.datasets.registry import PLAIN, known_set, recognise
from venule.errors import DatasetError, VenuleError
from venule.photograph import decode

AUGMENTED = 2  # times as many images in a folder as were published: copies of training folders, flipped and turned


def check_dataset(folder: Path, *, name: str | None = None) -> Check:
    """Compare the copy of a data set in a folder with what was published.

    Args:
        folder: where it lies.
        name: which set it is; None to recognise it.

    Raises:
        DatasetError: there is no such folder, or it is no set that venule knows.
    """
    name = recognise(folder) if name is None else name
    if not folder.is_dir():
        raise DatasetError(f"{folder} is no folder")
    return check_folder(folder) if name == PLAIN else _check_known(known_set(name), folder)


def _check_known(known: KnownSet, folder: Path) -> Check:
    index = index_files(folder)
    published = known.checksums
    homes = defaultdict(set)  # of the published contents; two masks of DRIVE may hold the same bytes
    for place, digest in published.items():
        homes[digest].add(place)
    counts: Counter[str] = Counter()
    findings = list(_missing(known, folder, index))
    expected = set()
    compared = 0
    for _, _, where in known.entries():
        for role in ROLES:
            candidates: tuple[str, ...] = getattr(where, role)
            path = find(index, candidates)
            if path is None:
                continue
            counts[NOUNS[role]] += 1
            expected.add(path)
            compared += candidates[0] in published
            digest = _sha256(path) if published else ""
            if candidates[0] in homes[digest]:
                continue
            original = homes[digest]
            finding = _renumbered(path, original) if original else _wrong_size(path, known, role)
            if finding is None and candidates[0] in published:
                finding = Finding(
                    "altered",
                    path,
                    f"{path} has the right size, but not the bytes that were published: this copy has been saved "
                    "anew, or comes from another edition",
                )
            if finding is not None:
                findings.append(finding)
    extra = [path for path in index.values() if path not in expected and not fnmatch(path.name.lower(), known.undrawn)]
    findings += _extra(known, folder, extra, expected, homes)
    return Check(known.name, dict(counts), compared, in_order(findings))


def _missing(known: KnownSet, folder: Path, index: dict[str, Path]) -> Iterator[Finding]:
    for split, names in known.splits.items():
        wheres = [known.files(name, split) for name in names]
        for role in ROLES:
            places: list[tuple[str, ...]] = [getattr(where, role) for where in wheres if getattr(where, role)]
            absent = [folder / candidates[0] for candidates in places if find(index, candidates) is None]
            if absent and len(absent) == len(places):
                if split not in known.withheld or role not in ("reference", "second"):
                    home = absent[0].parent
                    yield Finding(
                        "missing",
                        home,
                        f"{home} lacks all {len(absent)} {split} {NOUNS[role]} of {known.title}, {absent[0].name} to "
                        f"{absent[-1].name}: {_remedy(known)}",
                    )
                continue
            for path in absent:
                yield Finding("missing", path, f"{path} is missing: {_remedy(known)}")


def _extra(
    known: KnownSet, folder: Path, extra: list[Path], expected: set[Path], homes: dict[str, set[str]]
) -> Iterator[Finding]:
    published = Counter(
        folder / PurePosixPath(getattr(where, role)[0]).parent
        for _, _, where in known.entries()
        for role in ROLES
        if getattr(where, role)
    )
    there = Counter(path.parent for path in [*extra, *expected])
    augmented = {place for place in published if there[place] >= AUGMENTED * published[place]}
    for place in sorted(augmented):
        yield Finding(
            "augmented",
            place,
            f"{place} holds {there[place]} images; {known.title} has {published[place]} there. This copy has been "
            f"augmented, and turned or flipped copies of one photograph leak between splits: {_remedy(known)}",
        )
    for path in extra:
        original = homes[_sha256(path)] if homes else set()
        if any(folder / place in expected for place in original):
            yield Finding("extra", path, f"{path} is a second copy of {min(original)}: remove one of the two")
        elif original:
            yield _renumbered(path, original)
        elif path.parent in augmented:
            yield Finding("augmented", path, f"{path} is no file of {known.title}: made from one of them, it seems")
        else:
            yield Finding("extra", path, f"{path} is no file of {known.title}: keep other files in another folder")


def _renumbered(path: Path, homes: set[str]) -> Finding:
    return Finding(
        "renumbered",
        path,
        f"{path} holds what was published as {min(homes)}: this copy has been renumbered, and its splits are not the "
        "published ones; give the files their own names, or get the original",
    )


def _wrong_size(path: Path, known: KnownSet, role: str) -> Finding | None:
    try:
        height, width = decode(read_file(path), name=str(path)).shape[:2]
    except VenuleError as error:
        return Finding("unreadable", path, str(error))
    if (width, height) == known.size:
        return None
    return Finding(
        "wrong-size",
        path,
        f"{path} is {width}x{height}; {known.title} {NOUNS[role]} are {known.size[0]}x{known.size[1]}. "
        f"This copy has been resized: {_remedy(known)}",
    )


def _remedy(known: KnownSet) -> str:
    return f"get the original from {known.page} (`venule data get {known.name}` says how)"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
