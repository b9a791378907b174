"""Which files are meant by paths, folders, patterns, lists, archives and URLs."""

import csv
import glob
import io
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from venule.batch import addresses
from venule.batch.archives import ArchiveError, Member, is_archive, members, without_ending
from venule.errors import VenuleError

LISTS = (".csv", ".parquet")
PATH_COLUMNS = ("path", "photograph", "file", "filename")  # of a list, in this order
ID_COLUMN = "id"


@dataclass(frozen=True)
class Source:
    """A file that was found, before it has a name.

    Attributes:
        path: absolute, or a URL; of a file in an archive, the archive's with the file's name after it. Unique.
        root: folder below which it is named.
        id: what a list calls it; "" for what none does.
        size: bytes; None where there is no such file.
        modified: what changes when it does: nanoseconds since 1970, or the mark of an object store.
        archive: that it lies in; "" for a file of its own.
        member: of the archive.
        carried: columns of a list to carry along, as texts.
        problem: why it cannot be read, where that is known already.
        named: path that it is named by, where that is another: of an archive, without its ending.
    """

    path: str
    root: str
    id: str = ""
    size: int | None = None
    modified: str = ""
    archive: str = ""
    member: Member | None = None
    carried: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    named: str = ""


def find_sources(paths: Sequence[Path | str], *, suffixes: Iterable[str], leave_out: str) -> Iterator[Source]:
    """The files that are meant by files, folders, glob patterns, lists, archives and URLs.

    Args:
        paths: files, whatever they are called; folders, searched to the bottom, but not archives in them, which often
            hold the same once more; patterns, where `**` is any folder; .zip and .tar archives, packed or not; lists,
            .csv or .parquet, with a column `path`, relative to the list, perhaps `id`, and others to carry along; each
            also as a URL of fsspec.
        suffixes: of the files to take from a folder or archive, in lower case. Hidden files are left out.
        leave_out: address of the output; what lies in it is not taken.

    Yields:
        A file that was named and is not there is among them, so that it can be reported. The same may come twice.

    Raises:
        VenuleError: a list cannot be read, has no path in a row, or a URL's protocol is not known.
    """
    search = _Search(tuple(suffixes), leave_out)
    for path in paths:
        text = str(path)
        if addresses.is_remote(text):
            yield from _remote(text, search)
        else:
            for match in _expand(text):
                yield from _meant(match, search)


@dataclass(frozen=True)
class _Search:
    suffixes: tuple[str, ...]
    leave_out: str

    def takes(self, name: str) -> bool:
        last = addresses.name_of(name)
        return last.lower().endswith(self.suffixes) and not last.startswith(".")


def _expand(given: str) -> Iterator[str]:
    """A path as it is, or the matches of a pattern; a file that is there wins over a pattern of the same letters."""
    if not os.path.lexists(given) and glob.has_magic(given):
        yield from (addresses.absolute(match) for match in glob.iglob(given, recursive=True))
    else:
        yield addresses.absolute(given)


def _meant(path: str, search: _Search) -> Iterator[Source]:
    if os.path.isdir(path):
        yield from _folder(path, search)
    elif path.lower().endswith(LISTS) and os.path.isfile(path):
        yield from _list(path)
    elif is_archive(path) and os.path.isfile(path):
        yield from _archive(_file(path, root=without_ending(path)), search)
    else:
        yield _file(path, root=os.path.dirname(path))


def _folder(root: str, search: _Search) -> Iterator[Source]:
    locked: list[OSError] = []
    for here, folders, files in os.walk(root, onerror=locked.append):
        place = Path(here).as_posix()
        folders[:] = [n for n in folders if not n.startswith(".") and addresses.join(place, n) != search.leave_out]
        for name in files:
            path = addresses.join(place, name)
            if search.takes(name):
                yield _file(path, root=root)
    for error in locked:
        if not isinstance(error, FileNotFoundError):  # a row, so that what is in it is not lost without a word
            problem = f"{error.filename} cannot be searched: {error.strerror}"
            yield _file(Path(error.filename).as_posix(), root=root, problem=problem)


def _file(path: str, *, root: str, **about: Any) -> Source:
    try:
        status = os.stat(path)
    except (OSError, ValueError):  # ValueError: a NUL in a path of a list
        return Source(path, root, **about)
    return Source(path, root, size=status.st_size, modified=str(status.st_mtime_ns), **about)


def _archive(archive: Source, search: _Search) -> Iterator[Source]:
    try:
        for member in members(archive.path):
            if search.takes(member.name):
                yield Source(
                    addresses.join(archive.path, member.name), archive.root, size=member.size,
                    modified=archive.modified, archive=archive.path, member=member,
                    named=addresses.join(without_ending(archive.path), member.name),
                )  # fmt: skip
    except ArchiveError as error:
        yield Source(archive.path, archive.root, size=archive.size, modified=archive.modified, problem=str(error))


def _remote(url: str, search: _Search) -> Iterator[Source]:
    fs = addresses.filesystem(url)
    protocol = url.split("://", 1)[0]

    def source(path: str, info: Mapping[str, Any], root: str) -> Source:
        mark = next((str(info[key]) for key in ("ETag", "etag", "md5Hash", "mtime", "created") if info.get(key)), "")
        size = info.get("size")
        return Source(path, root, size=None if size is None else int(size), modified=mark)

    def full(path: str) -> str:
        return path if "://" in path else f"{protocol}://{path.lstrip('/')}"

    try:
        if glob.has_magic(url) and not fs.exists(url):
            matches = {full(path): info for path, info in sorted(fs.glob(url, detail=True).items())}
        else:
            whole = addresses.absolute(url)
            matches = {whole: fs.info(whole) if fs.exists(whole) else {}}
        for path, info in matches.items():
            parent = path.rsplit("/", 1)[0]
            if info.get("type") == "directory":
                for here, folders, files in fs.walk(path, detail=True):
                    for name in [n for n in folders if n.startswith(".") or full(f"{here}/{n}") == search.leave_out]:
                        del folders[name]
                    for name in sorted(files):
                        if search.takes(name):
                            yield source(full(f"{here.rstrip('/')}/{name}"), files[name], path)
            elif is_archive(path) and info:
                yield from _archive(source(path, info, without_ending(path)), search)
            elif path.lower().endswith(LISTS) and info:
                yield from _list(path)
            else:
                yield source(path, info, parent)
    except VenuleError:
        raise
    except Exception as error:  # of whichever library; among them a bucket that is not there
        raise VenuleError(f"{url} cannot be listed: {type(error).__name__}: {error}", reason="unreadable") from error


def _list(path: str) -> Iterator[Source]:
    folder = path.rsplit("/", 1)[0]
    for number, row in enumerate(_rows(path), 1):
        column = next((name for name in PATH_COLUMNS if name in row), None)
        if column is None:
            raise VenuleError(
                f"{path} has the columns {', '.join(row)}; a list of photographs needs one called {PATH_COLUMNS[0]!r}",
                reason="bad-list",
            )
        if not row[column]:
            raise VenuleError(f"{path}: row {number} has no {column}: fill it in, or delete the row", reason="bad-list")
        given, called = row[column], row.get(ID_COLUMN, "")
        carried = {name: value for name, value in row.items() if name != column}
        whole = addresses.is_remote(given) or os.path.isabs(given)
        absolute = addresses.absolute(given if whole else addresses.join(folder, given))
        root = absolute.rsplit("/", 1)[0]
        if addresses.is_remote(absolute):
            yield Source(absolute, root, called, carried=carried)
        else:
            yield _file(absolute, root=root, id=called, carried=carried)


def _rows(path: str) -> Iterator[dict[str, str]]:
    """The rows of a CSV or Parquet file as texts, a part at a time."""
    try:
        with addresses.open_any(path) as file:
            if path.lower().endswith(".csv"):
                with io.TextIOWrapper(file, encoding="utf-8-sig", newline="") as lines:
                    for row in csv.DictReader(lines):
                        yield {
                            str(name).strip(): (cell or "").strip() for name, cell in row.items() if name is not None
                        }
                return
            import pyarrow.parquet as pq

            for batch in pq.ParquetFile(file).iter_batches(1000):
                for row in batch.to_pylist():
                    yield {name: "" if value is None else str(value) for name, value in row.items()}
    except (OSError, ValueError, csv.Error) as error:  # ValueError: no UTF-8, or pyarrow's for no Parquet
        raise VenuleError(f"{path} cannot be read as a list of photographs: {error}", reason="bad-list") from error
