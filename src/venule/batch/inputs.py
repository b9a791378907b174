"""Find the input files given by paths, folders, patterns, lists, archives and URLs."""

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
from venule.batch.parquet import parquet
from venule.errors import VenuleError

LISTS = (".csv", ".parquet")
PATH_COLUMNS = ("path", "photograph", "file", "filename")  # of a list, in this order
ID_COLUMN = "id"


@dataclass(frozen=True)
class InputFile:
    """A file that was found, before its outputs have a name.

    Attributes:
        path: absolute, or a URL; of a file in an archive, the path of the archive and its name in there. Unique.
        root: folder that names are relative to.
        id: its name in a list; "" if it has none.
        size: bytes; None if it does not exist.
        modified: changes when the file does: nanoseconds since 1970, or the mark of an object store.
        archive: that contains it; "" for a file by itself.
        member: of the archive.
        carried: further columns of a list, as text.
        problem: why it cannot be read, if that is known.
        named: path that its name is made from, if that differs: in an archive, without the archive's ending.
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


def find_inputs(paths: Sequence[Path | str], *, suffixes: Iterable[str], leave_out: str) -> Iterator[InputFile]:
    """Find the files given by paths, folders, glob patterns, lists, archives and URLs.

    Args:
        paths: files with any name; folders, searched recursively, without the archives in them, which often contain
            the same files; patterns, where `**` is any folder; .zip and .tar archives, packed or not; lists (.csv or
            .parquet) with a column `path`, relative to the list, and optionally `id` and further columns; each also
            as a URL of fsspec.
        suffixes: of the files to take from a folder or archive, in lower case. Hidden files are left out.
        leave_out: address of the output; files in it are left out.

    Yields:
        The files, also those that were named and do not exist, so that they can be reported. One may come twice.

    Raises:
        VenuleError: a list cannot be read, a row of it has no path, or the protocol of a URL is not known.
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
    """The matches of a pattern; a path itself if it exists, or has no wildcards."""
    if not os.path.lexists(given) and glob.has_magic(given):
        yield from (addresses.absolute(match) for match in glob.iglob(given, recursive=True))
    else:
        yield addresses.absolute(given)


def _meant(path: str, search: _Search) -> Iterator[InputFile]:
    if os.path.isdir(path):
        yield from _folder(path, search)
    elif path.lower().endswith(LISTS) and os.path.isfile(path):
        yield from _list(path)
    elif is_archive(path) and os.path.isfile(path):
        yield from _archive(_file(path, root=without_ending(path)), search)
    else:
        yield _file(path, root=os.path.dirname(path))


def _folder(root: str, search: _Search) -> Iterator[InputFile]:
    locked: list[OSError] = []
    for here, folders, files in os.walk(root, onerror=locked.append):
        folder = Path(here).as_posix()
        folders[:] = [n for n in folders if not n.startswith(".") and addresses.join(folder, n) != search.leave_out]
        for name in files:
            path = addresses.join(folder, name)
            if search.takes(name):
                yield _file(path, root=root)
    for error in locked:
        if not isinstance(error, FileNotFoundError):  # becomes a row, so that the user sees it
            problem = f"{error.filename} cannot be read: {error.strerror}"
            yield _file(Path(error.filename).as_posix(), root=root, problem=problem)


def _file(path: str, *, root: str, **about: Any) -> InputFile:
    try:
        status = os.stat(path)
    except (OSError, ValueError):  # ValueError: a NUL in a path of a list
        return InputFile(path, root, **about)
    return InputFile(path, root, size=status.st_size, modified=str(status.st_mtime_ns), **about)


def _archive(archive: InputFile, search: _Search) -> Iterator[InputFile]:
    try:
        for member in members(archive.path):
            if search.takes(member.name):
                yield InputFile(
                    addresses.join(archive.path, member.name), archive.root, size=member.size,
                    modified=archive.modified, archive=archive.path, member=member,
                    named=addresses.join(without_ending(archive.path), member.name),
                )  # fmt: skip
    except ArchiveError as error:
        yield InputFile(archive.path, archive.root, size=archive.size, modified=archive.modified, problem=str(error))


def _remote(url: str, search: _Search) -> Iterator[InputFile]:
    fs = addresses.filesystem(url)
    protocol = url.split("://", 1)[0]

    def file_of(path: str, info: Mapping[str, Any], root: str) -> InputFile:
        mark = next((str(info[key]) for key in ("ETag", "etag", "md5Hash", "mtime", "created") if info.get(key)), "")
        size = info.get("size")
        return InputFile(path, root, size=None if size is None else int(size), modified=mark)

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
                            yield file_of(full(f"{here.rstrip('/')}/{name}"), files[name], path)
            elif is_archive(path) and info:
                yield from _archive(file_of(path, info, without_ending(path)), search)
            elif path.lower().endswith(LISTS) and info:
                yield from _list(path)
            else:
                yield file_of(path, info, parent)
    except VenuleError:
        raise
    except Exception as error:  # libraries of protocols have no common error; a missing bucket is one
        raise VenuleError(f"{url} cannot be listed: {type(error).__name__}: {error}", reason="unreadable") from error


def _list(path: str) -> Iterator[InputFile]:
    folder = path.rsplit("/", 1)[0]
    for number, row in enumerate(_rows(path), 1):
        column = next((name for name in PATH_COLUMNS if name in row), None)
        if column is None:
            raise VenuleError(
                f"{path} has the columns {', '.join(row)}: a list of photographs needs a column {PATH_COLUMNS[0]!r}",
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
            yield InputFile(absolute, root, called, carried=carried)
        else:
            yield _file(absolute, root=root, id=called, carried=carried)


def _rows(path: str) -> Iterator[dict[str, str]]:
    """The rows of a CSV or Parquet file as text, read step by step."""
    try:
        with addresses.open_any(path) as file:
            if path.lower().endswith(".csv"):
                with io.TextIOWrapper(file, encoding="utf-8-sig", newline="") as lines:
                    for row in csv.DictReader(lines):
                        yield {
                            str(name).strip(): (cell or "").strip() for name, cell in row.items() if name is not None
                        }
                return
            for batch in parquet().ParquetFile(file).iter_batches(1000):
                for row in batch.to_pylist():
                    yield {name: "" if value is None else str(value) for name, value in row.items()}
    except (OSError, ValueError, csv.Error) as error:  # ValueError: not UTF-8, or not Parquet
        raise VenuleError(f"{path} cannot be read as a list of photographs: {error}", reason="bad-list") from error
