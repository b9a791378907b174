"""The list of a batch: files and the names of their outputs. It is kept in the journal, so it may have any length."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from venule.batch import addresses
from venule.batch.archives import ArchiveError, Member, Sequence, is_sequential
from venule.batch.inputs import InputFile
from venule.batch.journal import ITEMS, Journal, blob, text
from venule.batch.outputs import JOURNAL, LOCK, PARTIAL, STAGED
from venule.batch.roots import folder_of, join_roots, keep_root, located, rebase, shared_folder, shown
from venule.batch.tables import MANIFEST, RESULTS
from venule.errors import VenuleError

PAGE = 1000  # items in memory at a time
END = 4096  # bytes at both ends of a file; where they are equal, the files are probably duplicates
# What venule itself writes into an output folder: no folder of outputs has such a name.
RESERVED = {
    RESULTS, "results", "results.parquet", "segments.csv", "segments.parquet", "dictionary.csv", MANIFEST,
    "report.html", "report.pdf", LOCK, PARTIAL, STAGED,
    *(f"{JOURNAL}{end}" for end in ("", "-wal", "-shm", "-journal")),
}  # fmt: skip
_FOUND = """
DROP TABLE IF EXISTS temp.found;
CREATE TABLE temp.found (
    number INTEGER PRIMARY KEY, path BLOB, named BLOB, id TEXT, listed INTEGER, sequence TEXT, size INTEGER, file TEXT
);
CREATE INDEX temp.found_path ON found (path);
"""
# Every row of a list is an item of its own; a file that was found in another way, too, or twice, is not.
_ONCE = """
DELETE FROM temp.found WHERE NOT listed AND (
    path IN (SELECT path FROM temp.found WHERE listed)
    OR number NOT IN (SELECT MIN(number) FROM temp.found WHERE NOT listed GROUP BY path)
)
"""
_NAMED = """
INSERT INTO items
SELECT NULL, shown_of(path), name_of(whole, id, copy), copy_of(whole, id, copy), '', id != '', size, kept_of(file),
    '', NULL FROM (
    SELECT *, whole_of(named, id) AS whole, ROW_NUMBER() OVER (PARTITION BY path ORDER BY number) AS copy
    FROM temp.found
) ORDER BY sequence, path, copy
"""


@dataclass(frozen=True)
class Shard:
    """Every n-th file of a list, to be processed on one of several machines.

    Attributes:
        number: of this shard, from 1.
        of: number of shards.

    Raises:
        VenuleError: there is no such shard.
    """

    number: int = 1
    of: int = 1

    def __post_init__(self) -> None:
        """Check the number."""
        if not 1 <= self.number <= self.of:
            raise VenuleError(
                f"--shard {self.number}/{self.of}: the number must be from 1 to the total", reason="bad-shard"
            )

    @classmethod
    def parse(cls, text: str | None) -> "Shard":
        """The shard given as a text such as "3/16"; for None the whole list."""
        if text is None:
            return cls()
        number, _, of = text.partition("/")
        if not (number.isdecimal() and of.isdecimal()):
            raise VenuleError(f"--shard {text!r}: give number and total, such as 3/16", reason="bad-shard")
        return cls(int(number), int(of))


@dataclass(frozen=True)
class Item(InputFile):
    """One file of a batch.

    Attributes:
        number: its position in the list.
        name: beginning of the names of its outputs, relative to the output folder, with "/": "site-2/ann".
        shown: its path as results name it.
        twin: name of an earlier file that probably has the same content; "" if there is none.
        content: of a file in a packed tar archive, which the main process reads; None: read it.
    """

    number: int = 0
    name: str = ""
    shown: str = ""
    twin: str = ""
    content: bytes | None = None


def list_items(
    journal: Journal,
    files: Iterable[InputFile],
    *,
    twins: bool,
    suffixes: tuple[str, ...] = (),
    typed: Iterable[Path | str] = (),
) -> None:
    """Write the list of a run into the journal, in place of the list of an earlier run.

    The names mirror the folders below the root that all files share. Files of one folder that differ only after the
    last dot keep their ending. The id of a list is the name; a further row of the same file without an id has a number.
    No two names are equal, even if case is ignored, and none is a name that venule itself writes.

    Args:
        journal: of the output folder.
        files: in any order; the same path may come twice.
        twins: look for files that probably have the same content.
        suffixes: of the outputs.
        typed: the inputs as the user named them.

    Raises:
        VenuleError: a list gives the same id twice.
    """
    db = journal.connection
    with journal.guarded():
        db.execute("PRAGMA temp_store = FILE")  # else a list of a million would be in memory
        db.executescript(_FOUND)
        root, base, carried = "", "", dict[str, None]()
        with journal.transaction():
            for file in files:
                root = file.root if not root else shared_folder(root, file.root)
                base = join_roots(base, folder_of(file))
                carried.update(dict.fromkeys(file.carried))
                _insert(journal, file)
            db.execute(_ONCE)
        functions: dict[str, Callable[..., Any]] = {
            "whole_of": lambda path, given: blob(_whole(text(path), given, root, suffixes)),
            "name_of": lambda whole, given, copy: whole if given else _copy(_stem(whole), copy),
            "copy_of": lambda whole, given, copy: whole if given else _copy(whole, copy),
            "shown_of": lambda path: blob(shown(text(path), base)),
            "kept_of": lambda file: _without(base, file),
            "fold_of": lambda name: repr(unicodedata.normalize("NFD", text(name)).casefold()),
        }
        for name, function in functions.items():
            db.create_function(name, function.__code__.co_argcount, function, deterministic=True)
        with journal.transaction():
            rebase(journal, base)
            keep_root(journal, base, typed=map(str, typed))
            db.execute("DROP TABLE items")
            db.execute(ITEMS)
            db.execute(_NAMED)
            db.execute("UPDATE items SET folded = fold_of(name)")
            db.execute("DROP TABLE temp.found")
            _tell_apart(journal)
            if twins:
                _mark_twins(journal)
            journal.set_about("carried", json.dumps(list(dict.fromkeys([*journal.carried(), *carried]))))


def count_items(journal: Journal, *, shard: Shard) -> int:
    """Number of listed files, or of those in a shard."""
    query = "SELECT COUNT(*) FROM items WHERE number % ? = ?"
    return int(journal.connection.execute(query, (shard.of, shard.number % shard.of)).fetchone()[0])


def items(journal: Journal, *, twins: bool, shard: Shard) -> Iterator[Item]:
    """The listed files of a shard, in order: the probable duplicates, or the others."""
    latest = 0
    query = (
        "SELECT items.number, items.name, items.file, twins.name "
        "FROM items LEFT JOIN items AS twins ON twins.number = items.twin "
        f"WHERE items.number > ? AND items.twin IS {'NOT' if twins else ''} NULL AND items.number % ? = ? "
        "ORDER BY items.number LIMIT ?"
    )
    while page := journal.connection.execute(query, (latest, shard.of, shard.number % shard.of, PAGE)).fetchall():
        latest = page[-1][0]
        for number, name, file, twin in page:
            about = vars(_file_of(journal, file))
            path = shown(about["path"], journal.root)
            yield Item(**about, number=number, name=text(name), shown=path, twin=text(twin) if twin else "")


def with_content(found: Iterable[Item]) -> Iterator[Item]:
    """The same files, with the content of those in packed tar archives."""
    sequence: Sequence | None = None
    for item in found:
        if not item.member or not is_sequential(item.archive) or item.member.size > addresses.MAX_BYTES:
            yield item
            continue
        if sequence is None or sequence.archive != item.archive:
            sequence = Sequence(item.archive)
        try:
            yield replace(item, content=sequence.read(item.member))
        except ArchiveError as error:
            sequence = None
            yield replace(item, problem=str(error))


def _insert(journal: Journal, file: InputFile) -> None:
    # Files of a packed archive in the order of the archive, so that it is unpacked once.
    sequential = file.member and is_sequential(file.archive)
    sequence = f"{file.archive}/{file.member.offset:012d}" if sequential and file.member else file.path
    kept = {key: value for key, value in vars(file).items() if key not in ("root", "named", "listed")}
    kept["member"] = file.member and list(vars(file.member).values())
    journal.connection.execute(
        "INSERT INTO temp.found VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)",
        (
            blob(file.path), blob(file.named or file.path), file.id, file.listed, repr(sequence), file.size,
            json.dumps({key: value for key, value in kept.items() if value not in ("", None, {})}),
        ),
    )  # fmt: skip


def _without(root: str, file: str) -> str:
    """A file as the journal keeps it: with paths below the folder that all files share."""
    about = json.loads(file)
    about |= {key: shown(about[key], root) for key in ("path", "archive") if key in about}
    if root and "problem" in about:
        about["problem"] = about["problem"].replace(root.rstrip("/") + "/", "")
    return json.dumps({key: value for key, value in about.items() if key not in ("root", "named")})


def _file_of(journal: Journal, kept: str) -> InputFile:
    about = json.loads(kept)
    about |= {key: located(about[key], journal.root) for key in ("path", "archive") if key in about}
    return InputFile(**{**about, "member": Member(*about["member"]) if "member" in about else None})


def _whole(path: str, given: str, root: str, suffixes: tuple[str, ...]) -> str:
    """The whole name, made safe: it lies inside the output folder whatever an archive or a list says."""
    below = given or (path.removeprefix(root.rstrip("/") + "/") if root else path)
    parts = [part.rstrip(":") for part in below.replace("\0", "").replace("\\", "/").split("/")]
    parts = [re.sub("^([A-Za-z]):", r"\1_", part) for part in parts if part not in ("", ".", "..")]  # a drive
    for place, part in enumerate(parts[:-1]):
        plain = re.sub(r"^report-\d+\.pdf$", "report.pdf", part.casefold().rstrip(" ."))  # as Windows takes it
        if (place == 0 and plain in RESERVED) or plain.endswith(suffixes):
            parts[place] = f"{part}_"
    return "/".join(parts) or "unnamed"


def _copy(name: bytes, copy: int) -> bytes:
    return name if copy == 1 else name + b"-%d" % copy


def _stem(whole: bytes) -> bytes:
    name = text(whole)
    head, _, last = name.rpartition("/")
    stem = last.rpartition(".")[0] or last
    return blob(f"{head}/{stem}" if head else stem)


def _tell_apart(journal: Journal) -> None:
    """Use the whole name where names are equal, until no two are."""
    db = journal.connection
    db.execute("CREATE INDEX items_folded ON items (folded)")
    alike = "folded IN (SELECT folded FROM items GROUP BY folded HAVING COUNT(*) > 1)"
    longer = f"UPDATE items SET name = whole, folded = fold_of(whole) WHERE name != whole AND NOT given AND {alike}"
    while db.execute(longer).rowcount > 0:
        pass
    # What is left are ids given twice, and names of archives that were made safe.
    other = "CAST(name || '-' || number AS BLOB)"  # text is never the same as the bytes of a record
    number = f"UPDATE items SET name = {other}, folded = fold_of({other}) WHERE NOT given AND {alike}"
    while db.execute(number).rowcount > 0:
        pass
    twice = db.execute(f"SELECT file FROM items WHERE {alike} ORDER BY folded, number LIMIT 2").fetchall()
    db.execute("DROP INDEX items_folded")
    if twice:
        one, second = (_file_of(journal, file) for (file,) in twice)
        also = "" if second.id == one.id else f", as {second.id!r}"
        raise VenuleError(
            f"the list gives the id {one.id!r} to {one.path} and to {second.path}{also}: give each row its own id",
            reason="bad-list",
        )


def _mark_twins(journal: Journal) -> None:
    """Save for each file the first one with the same size and the same bytes at both ends."""
    db = journal.connection
    db.execute("CREATE INDEX items_size ON items (size)")
    latest = 0
    query = (
        "SELECT number, file FROM items WHERE number > ? AND size > 0 "
        "AND size IN (SELECT size FROM items GROUP BY size HAVING COUNT(*) > 1) ORDER BY number LIMIT ?"
    )
    while page := db.execute(query, (latest, PAGE)).fetchall():
        latest = page[-1][0]
        marks = [(_mark(_file_of(journal, file)), number) for number, file in page]
        db.executemany("UPDATE items SET mark = ? WHERE number = ?", marks)
    db.execute("DROP INDEX items_size")
    db.execute("CREATE INDEX items_mark ON items (mark)")
    db.execute(
        "UPDATE items SET twin = first FROM (SELECT mark AS shared, MIN(number) AS first FROM items WHERE mark != '' "
        "GROUP BY mark HAVING COUNT(*) > 1) WHERE mark = shared AND number != first"
    )
    db.execute("DROP INDEX items_mark")


def _mark(file: InputFile) -> str:
    if file.problem:
        return ""
    if file.member:
        return f"{file.size}-{file.member.mark}" if file.member.mark else ""
    if addresses.is_remote(file.path):
        return f"{file.size}-{file.modified}" if file.modified else ""
    try:
        with open(file.path, "rb") as opened:
            ends = opened.read(END)
            opened.seek(max(0, (file.size or 0) - END))
            ends += opened.read(END)
    except OSError:
        return ""
    return f"{file.size}-{hashlib.sha256(ends).hexdigest()[:32]}"
