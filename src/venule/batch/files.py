"""Which files a batch is about, and under which name each one's results are kept."""

import glob
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from venule.errors import VenuleError


@dataclass(frozen=True)
class Item:
    """One file of a batch.

    Attributes:
        path: absolute; of a file that was named and is not there, too.
        name: what its outputs begin with, relative to the output folder, with "/": "site-2/ann".
    """

    path: Path
    name: str


def find_files(paths: Sequence[Path | str], *, suffixes: Iterable[str], leave_out: Path) -> list[Item]:
    """The files that are meant by files, folders and glob patterns.

    Args:
        paths: files, whatever they are called; folders, searched to the bottom; patterns, where `**` is any folder.
        suffixes: of the files to take from a folder, in lower case, such as ".png". Hidden files are left out.
        leave_out: the output folder; what lies in it is not taken.

    Returns:
        Sorted by path, each once. The names mirror the folders below the root that all the paths share; files of one
        folder that differ only in what comes after the last dot keep that, too. A file that was named and is not
        there is among them, so that it can be reported.

    Raises:
        VenuleError: there is no file at all (reason "nothing-found").
    """
    suffixes, hidden = tuple(suffixes), Path(os.path.abspath(leave_out))
    found: dict[Path, None] = {}
    roots = []
    for path in (match for given in paths for match in _expand(str(given))):
        if path.is_dir():
            roots.append(path)
            found.update(dict.fromkeys(_walk(path, suffixes=suffixes, leave_out=hidden)))
        else:
            roots.append(path.parent)
            found[path] = None
    if not any(path.exists() for path in found):
        raise VenuleError(
            f"nothing found in {', '.join(map(str, paths))}: looked for files ending in {' '.join(sorted(suffixes))}",
            reason="nothing-found",
        )
    files = sorted(found)
    return [Item(path, name) for path, name in zip(files, _names(files, root=_shared(roots)), strict=True)]


def _expand(given: str) -> list[Path]:
    """A path as it is, or the matches of a pattern; a file that is there wins over a pattern of the same letters."""
    if not os.path.lexists(given) and glob.has_magic(given):
        return [Path(os.path.abspath(match)) for match in glob.glob(given, recursive=True)]
    return [Path(os.path.abspath(given))]


def _walk(folder: Path, *, suffixes: tuple[str, ...], leave_out: Path) -> Iterable[Path]:
    for here, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".") and Path(here, name) != leave_out]
        yield from (Path(here, name) for name in files if name.lower().endswith(suffixes) and not name.startswith("."))


def _shared(roots: list[Path]) -> Path | None:
    try:
        return Path(os.path.commonpath(roots))
    except ValueError:  # two drives of a Windows machine
        return None


def _names(files: list[Path], *, root: Path | None) -> list[str]:
    """One name a file, no two alike even where upper and lower case are one, whatever the order of the files."""
    whole = [path.relative_to(root) if root else PurePath(path.drive.strip(":/\\"), *path.parts[1:]) for path in files]
    names = [path.with_suffix("").as_posix() for path in whole]
    while True:
        count = Counter(name.casefold() for name in names)
        longer = [
            path.as_posix() if count[name.casefold()] > 1 else name for path, name in zip(whole, names, strict=True)
        ]
        if longer == names:
            return names
        names = longer
