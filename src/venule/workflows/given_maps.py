"""Find the map of a photograph in a folder: by the path of the photograph first, and never that of another one."""

import os
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path, PurePosixPath

from venule.datasets.folder import images_in, stem_of
from venule.errors import MaskError

Endings = Sequence[Sequence[str]]


def find_map(
    folder: Path, photograph: str, *, endings: Endings, name: str = "", shared: Mapping[str, str] | None = None
) -> Path:
    """The map of one photograph.

    A map is called as its photograph, whatever its suffix and alone or with an ending. The map that lies as deep as
    the photograph, in folders of the same names, counts first, then one less deep. Where names differ by case alone,
    case counts; `a.jpg` and `a.jpg_vessels.png` belong to `a.jpg`, not to `a.png`.

    Args:
        folder: with the maps.
        photograph: its path.
        endings: what may follow in the name of a map; one of an earlier group counts first.
        name: another name of the photograph, such as its id in a list.
        shared: see `shared_maps`; such a map is refused.

    Raises:
        MaskError: `no-vessel-map`; `ambiguous-map`: two files could be it, or it could be that of two photographs.
    """
    path, other = PurePosixPath(photograph), PurePosixPath(name)
    stem = stem_of(path.name)
    parents = [part for part in path.parts[:-1] if part not in ("/", ".", "..")]
    levels = [*("/".join(parents[start:]) for start in range(len(parents))), str(other.parent), "."]
    by_path = (_choose(folder / level, path.name, stem, endings, photograph) for level in dict.fromkeys(levels))
    found = next((files for files in by_path if files), [])
    if name and other.name not in (path.name, stem):
        found = [*_choose(folder / other.parent, other.name, other.name, endings, photograph), *found]
    files = list(dict.fromkeys(found))
    if not files:
        raise MaskError(
            f"{folder} has no map for {path.name}: name it {stem}.png or {stem}{endings[0][-1]}.png",
            reason="no-vessel-map",
        )
    if len(files) > 1:
        raise MaskError(
            f"{photograph} has two maps, {files[0]} and {files[1]}: keep one of them in {folder}",
            reason="ambiguous-map",
        )
    if shared and photograph in shared:
        raise MaskError(
            f"{files[0]} could be the map of {photograph} and of {shared[photograph]}: put each map into folders with "
            f"the names of its photograph's, such as {Path(folder, *parents[-2:], path.name)}",
            reason="ambiguous-map",
        )
    return files[0]


def shared_maps(folder: Path, photographs: Iterable[tuple[str, str]], *, endings: Endings) -> dict[str, str]:
    """Photographs to which one file would be the map of both: path of one -> path of another.

    Args:
        folder: with the maps.
        photographs: path and other name of each.
        endings: as for `find_map`.
    """
    first: dict[Path, str] = {}
    shared: dict[str, str] = {}
    for path, name in photographs:
        try:
            other = first.setdefault(find_map(folder, path, endings=endings, name=name), path)
        except MaskError:
            continue
        if other != path:
            shared[path] = other
            shared.setdefault(other, path)
    return shared


def _choose(folder: Path, whole: str, stem: str, endings: Endings, photograph: str) -> list[Path]:
    """The files of a folder that could be the map of a photograph, by its name with and without its suffix."""
    there = _images(folder)
    for group in endings:
        named = [(whole + part).casefold() for part in group]
        if not any(name in there for name in named):
            named = [stem.casefold()] if "" in group else []
        named += [(stem + part).casefold() for part in group if part]
        found = [file for name in dict.fromkeys(named) for file in there.get(name, ()) if str(file) != photograph]
        if found:
            return [file for file in found if file.name.startswith(stem)] or found  # of the same case
    return []


def _images(folder: Path) -> Mapping[str, list[Path]]:
    """The images in a folder by their names in lower case, with and without their suffix."""
    try:
        return _images_at(folder, os.stat(folder).st_mtime_ns)
    except OSError:  # most folders of photographs are not there
        return {}


@lru_cache(maxsize=64)
def _images_at(folder: Path, modified: int) -> Mapping[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    for file in images_in(folder):
        for name in dict.fromkeys((file.name, stem_of(file.name))):
            found.setdefault(name.casefold(), []).append(file)
    return found
