"""The list of a batch: files and the names of their outputs. It is kept in the journal, so it may have any length."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import takewhile
from pathlib import Path
from typing import Any

from venule.batch import addresses
from venule.batch.archives import MAX_BYTES, ArchiveError, Member, Sequence, is_sequential
from venule.batch.inputs import InputFile
from venule.batch.journal import Journal, blob, text
from venule.batch.layout import STAGED
from venule.batch.outputs import PARTIAL
from venule.batch.shard import Shard
from venule.errors import OutputError, VenuleError

PAGE = 1000  # items in memory at a time
END = 4096  # bytes at both ends of a file; where they are equal, the files are probably duplicates
_FILL = """
DROP TABLE IF EXISTS temp.found;
CREATE TABLE temp.found (
    path BLOB PRIMARY KEY, named BLOB, sequence TEXT, id TEXT, size INTEGER, modified TEXT, archive BLOB, member TEXT,
    carried TEXT, problem TEXT
);
"""


@dataclass(frozen=True)
class Item:
    """One file of a batch.

    Attributes:
        number: its position in the list.
        path: absolute, or a URL; of a file in an archive, the path of the archive and its name in there.
        name: beginning of the names of its outputs, relative to the output folder, with "/": "site-2/ann".
        size: bytes, when it was listed; None if it does not exist.
        modified: see `InputFile`.
        archive: that contains it; "" for a file by itself.
        member: of the archive.
        carried: columns of a list.
        problem: why it cannot be read, if that is known.
        twin: name of an earlier file that probably has the same content; "" if there is none.
        content: of a file in a packed tar archive, which the main process reads; None: read it.
    """

    number: int
    path: str
    name: str
    size: int | None = None
    modified: str = ""
    archive: str = ""
    member: Member | None = None
    carried: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    twin: str = ""
    content: bytes | None = None


def list_items(journal: Journal, files: Iterable[InputFile], *, twins: bool) -> None:
    """Write the list of a run into the journal, in place of the list of an earlier run.

    The names mirror the folders below the root that all files share. Files of one folder that differ only after the
    last dot keep their ending. The id of a list is the name. No two names are equal, even if case is ignored.

    Args:
        journal: of the output folder.
        files: in any order; the same path may come twice.
        twins: look for files that probably have the same content.

    Raises:
        VenuleError: a list gives the same id to two files.
    """
    db = journal.connection
    with journal.guarded():
        db.execute("PRAGMA temp_store = FILE")  # else a list of a million would be in memory
        db.executescript(_FILL)
        root, carried = "", dict[str, None]()
        with journal.transaction():
            for file in files:
                root = file.root if not root else _shared(root, file.root)
                carried.update(dict.fromkeys(file.carried))
                db.execute("INSERT OR IGNORE INTO temp.found VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", _found(file))
        db.create_function("whole_of", 2, lambda path, given: blob(_whole(text(path), given, root)), deterministic=True)
        db.create_function("stem_of", 2, lambda whole, given: whole if given else _stem(whole), deterministic=True)
        db.create_function("fold_of", 1, lambda name: repr(text(name).casefold()), deterministic=True)
        with journal.transaction():
            db.execute("DELETE FROM items")
            db.execute(
                "INSERT INTO items SELECT NULL, path, stem_of(whole, id), whole, '', id != '', size, modified, "
                "archive, member, carried, problem, '', NULL "
                "FROM (SELECT *, whole_of(named, id) AS whole FROM temp.found) ORDER BY sequence, path"
            )
            db.execute("UPDATE items SET folded = fold_of(name)")
            db.execute("DROP TABLE temp.found")
            _tell_apart(journal)
            if twins:
                _mark_twins(journal)
            known = dict.fromkeys([*carried_columns(journal), *carried])
            journal.set_about("carried", json.dumps(list(known)))


def count_items(journal: Journal, *, shard: Shard) -> int:
    """Number of listed files, or of those in a shard."""
    query = "SELECT COUNT(*) FROM items WHERE number % ? = ?"
    return int(journal.connection.execute(query, (shard.of, shard.number % shard.of)).fetchone()[0])


def items(journal: Journal, *, twins: bool, shard: Shard) -> Iterator[Item]:
    """The listed files, in order.

    Args:
        journal: of the output folder.
        twins: the probable duplicates instead of the others.
        shard: of the list.
    """
    latest = 0
    query = (
        "SELECT items.number, items.path, items.name, items.size, items.modified, items.archive, items.member, "
        "items.carried, items.problem, twins.name FROM items LEFT JOIN items AS twins ON twins.number = items.twin "
        f"WHERE items.number > ? AND items.twin IS {'NOT' if twins else ''} NULL AND items.number % ? = ? "
        "ORDER BY items.number LIMIT ?"
    )
    while page := journal.connection.execute(query, (latest, shard.of, shard.number % shard.of, PAGE)).fetchall():
        latest = page[-1][0]
        for number, path, name, size, modified, archive, member, carried, problem, twin in page:
            yield Item(
                number, text(path), text(name), size, modified, text(archive),
                Member(*json.loads(member)) if member else None, json.loads(carried), problem,
                text(twin) if twin else "",
            )  # fmt: skip


def with_content(found: Iterable[Item]) -> Iterator[Item]:
    """The same files, with the content of those in packed tar archives."""
    sequence: Sequence | None = None
    for item in found:
        if not item.member or not is_sequential(item.archive) or item.member.size > MAX_BYTES:
            yield item
            continue
        if sequence is None or sequence.archive != item.archive:
            sequence = Sequence(item.archive)
        try:
            yield replace(item, content=sequence.read(item.member))
        except ArchiveError as error:
            sequence = None
            yield replace(item, problem=str(error))


def carried_columns(journal: Journal) -> list[str]:
    """The columns of the lists of this run and of earlier ones."""
    return list(json.loads(journal.about("carried", "[]")))


def _found(file: InputFile) -> tuple[Any, ...]:
    # Files of a packed archive in the order of the archive, so that it is unpacked once.
    sequential = file.member and is_sequential(file.archive)
    sequence = f"{file.archive}/{file.member.offset:012d}" if sequential and file.member else file.path
    member = "" if file.member is None else json.dumps(list(vars(file.member).values()))
    return (
        blob(file.path), blob(file.named or file.path), repr(sequence), file.id, file.size, file.modified,
        blob(file.archive), member, json.dumps(dict(file.carried)), file.problem,
    )  # fmt: skip


def _shared(one: str, other: str) -> str:
    """The common folder of two paths."""
    same = takewhile(lambda pair: pair[0] == pair[1], zip(one.split("/"), other.split("/"), strict=False))
    return "/".join(part for part, _ in same) or "/"


def _whole(path: str, given: str, root: str) -> str:
    """The whole name, made safe: it lies inside the output folder whatever an archive or a list says."""
    below = given or (path.removeprefix(root.rstrip("/") + "/") if root else path)
    parts = [part.rstrip(":") for part in below.replace("\0", "").replace("\\", "/").split("/")]
    ours = {PARTIAL, STAGED}  # folders of temporary files
    whole = [f"_{part}" if part.casefold() in ours else part for part in parts if part not in ("", ".", "..")]
    return "/".join(whole) or "unnamed"


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
    twice = db.execute(f"SELECT name, path FROM items WHERE {alike} ORDER BY folded, number LIMIT 2").fetchall()
    db.execute("DROP INDEX items_folded")
    if twice:
        (name, one), (_, other) = twice
        raise VenuleError(
            f"the list gives the id {text(name)!r} to {text(one)} and to {text(other)}: give each its own id",
            reason="bad-list",
        )


def _mark_twins(journal: Journal) -> None:
    """Save for each file the first one with the same size and the same bytes at both ends."""
    db = journal.connection
    db.execute("CREATE INDEX items_size ON items (size)")
    latest = 0
    query = (
        "SELECT number, path, size, modified, member FROM items WHERE number > ? AND size > 0 AND problem = '' "
        "AND size IN (SELECT size FROM items GROUP BY size HAVING COUNT(*) > 1) ORDER BY number LIMIT ?"
    )
    while page := db.execute(query, (latest, PAGE)).fetchall():
        latest = page[-1][0]
        marks = [(_mark(text(path), *rest), number) for number, path, *rest in page]
        db.executemany("UPDATE items SET mark = ? WHERE number = ?", marks)
    db.execute("DROP INDEX items_size")
    db.execute("CREATE INDEX items_mark ON items (mark)")
    db.execute(
        "UPDATE items SET twin = first FROM (SELECT mark AS shared, MIN(number) AS first FROM items WHERE mark != '' "
        "GROUP BY mark HAVING COUNT(*) > 1) WHERE mark = shared AND number != first"
    )
    db.execute("DROP INDEX items_mark")


def _mark(path: str, size: int, modified: str, member: str) -> str:
    if member:
        kept = Member(*json.loads(member))
        return f"{size}-{kept.mark}" if kept.mark else ""
    if addresses.is_remote(path):
        return f"{size}-{modified}" if modified else ""
    try:
        with open(path, "rb") as file:
            ends = file.read(END)
            file.seek(max(0, size - END))
            ends += file.read(END)
    except OSError:
        return ""
    return f"{size}-{hashlib.sha256(ends).hexdigest()[:32]}"


def check_names_are_free(journal: Journal, *, output: str) -> None:
    """Refuse to overwrite the results of another file. If the same file was moved or copied, they are still right.

    Raises:
        OutputError: an earlier run has results of a file that still exists under the name of another one.
    """
    query = (
        "SELECT records.path, items.path FROM items JOIN records ON records.name = items.name "
        "WHERE records.path != items.path"
    )
    for old, new in journal.connection.execute(query):
        if _is_there(text(old)) and not _same(text(old), text(new)):
            raise OutputError(
                f"{output} already has results of {text(old)} under the name that {text(new)} would get: "
                "process both in one run, or choose another folder"
            )


def _is_there(path: str) -> bool:
    """Whether the file exists, or the archive that contains it."""
    return addresses.exists(path) or any(parent.is_file() for parent in Path(path).parents if "://" not in path)


def _same(one: str, other: str) -> bool:
    try:
        with open(one, "rb") as a, open(other, "rb") as b:
            return a.read() == b.read()
    except OSError:
        return False
