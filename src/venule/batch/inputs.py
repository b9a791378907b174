"""Find the input files given by paths, folders, patterns, lists, archives and URLs."""

import csv
import glob
import io
import os
import re
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO, Any

from venule.batch import addresses
from venule.batch.archives import ArchiveError, Member, is_archive, members, without_ending
from venule.batch.journal import Journal
from venule.batch.lists import LISTS, read_list
from venule.batch.outputs import JOURNAL, Layout, Output
from venule.batch.tables import RESULTS
from venule.errors import VenuleError

HEAD = 132  # bytes of a file without an ending that tell what it is
# Of what is passed over, besides endings.
HIDDEN, OWN, BARE, LINKED = "hidden", "output of venule", "without an ending", "link to a folder"


@dataclass(frozen=True)
class InputFile:
    """A file that was found, before its outputs have a name.

    Attributes:
        path: absolute, or a URL; of a file in an archive, the path of the archive and its name in there.
        root: folder that names are relative to.
        id: its name in a list; "" if it has none.
        listed: whether a list names it: each row of a list has its own results.
        size: bytes; None if it does not exist.
        modified: changes when the file does: nanoseconds since 1970, or the mark of an object store.
        archive: that contains it; "" for a file by itself.
        member: of the archive.
        carried: further columns of a list, as text.
        problem: why it cannot be read, if that is known.
        named: path that its name is made from, if that differs: in an archive, without the archive's ending.
    """

    path: str
    root: str = ""
    id: str = ""
    listed: bool = False
    size: int | None = None
    modified: str = ""
    archive: str = ""
    member: Member | None = None
    carried: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    named: str = ""


def find_inputs(
    paths: Sequence[Path | str],
    *,
    suffixes: Iterable[str],
    output: Output,
    recognise: Callable[[bytes], bool] = lambda head: False,
    passed: Counter[str] | None = None,
) -> Iterator[InputFile]:
    """Find the files given by paths, folders, glob patterns, lists, archives and URLs.

    Args:
        paths: files with any name; folders, searched recursively, without the archives in them, which often contain
            the same files; patterns, where `**` is any folder; .zip and .tar archives, packed or not; lists (.csv or
            .parquet) with a column `path`, relative to the list, and optionally `id` and further columns; each also
            as a URL of fsspec.
        suffixes: of the files to take from a folder or archive, in lower case. Hidden files are left out.
        output: files in it are left out, and outputs of other runs that lie in a folder.
        recognise: whether to take a file without an ending, by its first `HEAD` bytes.
        passed: counts what is left out, by ending.

    Yields:
        The files, also those that were named and do not exist, so that they can be reported. One may come twice.

    Raises:
        VenuleError: a list cannot be read, a row of it has no path, or the protocol of a URL is not known.
    """
    search = _Search(tuple(suffixes), output, recognise, Counter() if passed is None else passed)
    with closing(search.outputs):
        for path in paths:
            given = str(path)
            if not given:
                raise VenuleError("the path of the photographs is empty: give a file or folder", reason="nothing-found")
            if addresses.is_remote(given):
                yield from _remote(given, search)
            elif not os.path.lexists(given) and glob.has_magic(given):
                for match in glob.iglob(given, recursive=True):
                    whole = addresses.absolute(match)
                    if not search.is_own(whole):
                        yield from _meant(whole, search)
            else:
                yield from _meant(addresses.absolute(given), search)


def has_ending(name: str) -> bool:
    """Whether a file has an ending; "1.2.840.113619", as DICOM is called, has none."""
    return re.search(r"[^/]\.(?=[^./]*[A-Za-z])\w{1,9}$", name) is not None


@dataclass(frozen=True)
class _Search:
    suffixes: tuple[str, ...]
    output: Output
    recognise: Callable[[bytes], bool]
    passed: Counter[str]
    outputs: "_Outputs" = field(default_factory=lambda: _Outputs())

    def takes(self, name: str, opened: Callable[[], IO[bytes] | None]) -> bool:
        """Whether a file of a folder or archive is taken; counts it if not."""
        last = addresses.name_of(name)
        if last.startswith("."):
            self.passed[HIDDEN] += 1
            return False
        if last.lower().endswith(self.suffixes):
            return True
        ending = "." + last.lower().rpartition(".")[2]
        if not has_ending(last) and last != "DICOMDIR":  # the table of contents of a disc
            with suppress(Exception), opened() or io.BytesIO() as file:  # what cannot be read is passed over
                if self.recognise(file.read(HEAD)):
                    return True
        if not has_ending(last):
            ending = BARE
        self.passed[ending] += 1
        return False

    def is_own(self, path: str, *, named: bool = False) -> bool:
        """Whether a file is an output of this run, or was not named and is one of another run; counts it if so."""
        if path.startswith(self.output.address + "/"):
            is_own = self.outputs.of(self.output.address, str(self.output.state), path)
        else:
            is_own = not named and not addresses.is_remote(path) and path in self.outputs
        if is_own:
            self.passed[OWN] += 1
        return is_own


def _meant(path: str, search: _Search) -> Iterator[InputFile]:
    if os.path.isdir(path):
        yield from _folder(path, search)
    elif path.lower().endswith(LISTS) and os.path.isfile(path):
        yield from _list(path)
    elif is_archive(path) and os.path.isfile(path):
        yield from _archive(_file(path, root=without_ending(path)), search)
    elif not search.is_own(path, named=True):
        yield _file(path, root=os.path.dirname(path))


def _folder(root: str, search: _Search) -> Iterator[InputFile]:
    locked: list[OSError] = []
    for here, folders, files in os.walk(root, onerror=locked.append):
        folder = Path(here).as_posix()
        for name in folders:
            if name.startswith(".") or os.path.islink(addresses.join(folder, name)):
                search.passed[HIDDEN if name.startswith(".") else LINKED] += 1
        folders[:] = [
            n for n in folders if not n.startswith(".") and addresses.join(folder, n) != search.output.address
        ]
        own = folder == search.output.address
        for name in files:
            path = addresses.join(folder, name)
            if own and _is_of_a_run(name):
                continue
            if search.takes(name, partial(_open_file, path)) and not search.is_own(path):
                yield _file(path, root=root)
    for error in locked:
        if not isinstance(error, FileNotFoundError):  # becomes a row, so that the user sees it
            problem = f"{error.filename} cannot be read: {error.strerror}"
            yield _file(Path(error.filename).as_posix(), root=root, problem=problem)


def _open_file(path: str) -> IO[bytes] | None:
    return open(path, "rb") if os.path.isfile(path) else None  # a pipe would wait forever


def _is_of_a_run(name: str) -> bool:
    """Whether it is a table or journal, which is not worth telling."""
    return name in (RESULTS, "manifest.json", "dictionary.csv", ".lock") or name.startswith(JOURNAL)


def _file(path: str, *, root: str, **about: Any) -> InputFile:
    try:
        status = os.stat(path)
    except (OSError, ValueError):  # ValueError: a NUL in a path of a list
        return InputFile(path, root, **about)
    return InputFile(path, root, size=status.st_size, modified=str(status.st_mtime_ns), **about)


def _archive(archive: InputFile, search: _Search) -> Iterator[InputFile]:
    seen = set[int]()  # hashes, which take less memory than a million names
    try:
        for member in members(archive.path, wanted=search.takes):
            name, problem = member.name, ""
            if hash(name) in seen:
                name, problem = f"{name} (entry {member.offset})", f"{archive.path} has two files {name!r}: unpack it"
            seen.add(hash(name))
            yield InputFile(
                addresses.join(archive.path, name), archive.root, size=member.size, modified=archive.modified,
                archive=archive.path, member=member, problem=problem,
                named=addresses.join(without_ending(archive.path), name),
            )  # fmt: skip
    except ArchiveError as error:
        yield InputFile(archive.path, archive.root, size=archive.size, modified=archive.modified, problem=str(error))


def _list(path: str) -> Iterator[InputFile]:
    for address, name, carried in read_list(path):
        root = address.rsplit("/", 1)[0]
        about: dict[str, Any] = {"id": name, "listed": True, "carried": carried}
        if addresses.is_remote(address):
            addresses.filesystem(address)  # refused at once if nothing can read it
            yield InputFile(address, root, **about)
        else:
            yield _file(address, root=root, **about)


def _remote(url: str, search: _Search) -> Iterator[InputFile]:
    fs = addresses.filesystem(url)
    protocol = url.split("://", 1)[0]

    def file_of(path: str, info: Mapping[str, Any], root: str) -> InputFile:
        size = info.get("size")
        return InputFile(path, root, size=None if size is None else int(size), modified=addresses.mark_of(info))

    def full(path: str) -> str:
        return path if "://" in path else f"{protocol}://{path.lstrip('/')}"

    def head(path: str) -> IO[bytes]:
        return io.BytesIO(fs.cat_file(path, start=0, end=HEAD))

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
                    inside = {full(f"{here.rstrip('/')}/{name}"): name for name in folders}
                    for place, name in inside.items():
                        if name.startswith(".") or place == search.output.address:
                            del folders[name]
                    for name in sorted(files):
                        place = full(f"{here.rstrip('/')}/{name}")
                        if search.takes(name, partial(head, place)) and not search.is_own(place):
                            yield file_of(place, files[name], path)
            elif is_archive(path) and info:
                yield from _archive(file_of(path, info, without_ending(path)), search)
            elif path.lower().endswith(LISTS) and info:
                yield from _list(path)
            elif not search.is_own(path, named=True):
                yield file_of(path, info, parent)
    except VenuleError:
        raise
    except Exception as error:  # libraries of protocols have no common error; a missing bucket is one
        raise VenuleError(f"{url} cannot be listed: {addresses.said(error)}", reason="unreadable") from error


class _Outputs:
    """Recognises outputs of earlier runs among the files that are searched."""

    def __init__(self) -> None:
        self._runs: dict[str, _Run] = {}
        self._others: set[str] = set()  # folders without results

    def __contains__(self, path: str) -> bool:
        """Whether a folder above the file has a journal or a table that names it."""
        for folder in map(str, Path(path).parents):
            if folder not in self._others:
                if self.of(folder, folder, path):
                    return True
                if folder not in self._runs:
                    self._others.add(folder)
        return False

    def of(self, folder: str, state: str, path: str) -> bool:
        """Whether the run with its results in one folder, and its journal in another, has written a file."""
        run = self._runs.get(folder) or _run_in(folder, state)
        if run is None:
            return False
        self._runs[folder] = run
        return run.wrote(path.removeprefix(folder.rstrip("/") + "/"))

    def close(self) -> None:
        """Close the journals."""
        for run in self._runs.values():
            if run.journal:
                run.journal.close()


@dataclass(frozen=True)
class _Run:
    journal: Journal | None
    table: Container[str]  # the outputs according to results.csv, where there is no journal any more

    def wrote(self, path: str) -> bool:
        """Whether it wrote a file, or may have begun to before it was killed."""
        if self.journal is None:
            return path in self.table
        suffixes = self.journal.data("tables", {}).get("suffixes", [])
        named = path.partition("/")[2] if self.journal.about("layout", "") == Layout.SHARDED else path
        for end in (match.start() for match in re.finditer("_", named)):
            record = self.journal.record(named[:end])
            if (record and path in record.outputs) or (named[end:] in suffixes and self.journal.lists(named[:end])):
                return True
        return False


def _run_in(folder: str, state: str) -> _Run | None:
    if os.path.isfile(f"{state}/{JOURNAL}"):
        with suppress(VenuleError):
            journal = Journal(Path(state), read_only=True)
            journal.check()
            return _Run(journal, ())
    with suppress(OSError, ValueError, csv.Error), open(f"{folder}/{RESULTS}", newline="", encoding="utf-8") as file:
        return _Run(None, {name for row in csv.DictReader(file) for name in (row.get("outputs") or "").split(";")})
    return None
