"""What earlier runs have left in an output folder: nothing of it is overwritten, and what is out of date is removed."""

import filecmp
import os
from contextlib import suppress
from pathlib import Path

from venule.batch import addresses
from venule.batch.items import RESERVED
from venule.batch.journal import Journal, JournalRecord, blob, text
from venule.batch.outputs import Layout, Output
from venule.batch.roots import located, shown
from venule.errors import OutputError

# Records of archives and folders that could not be read: once they can be, their files have their own records.
_CONTAINERS = """
    SELECT name FROM records WHERE reason IN ('broken-archive', 'unreadable') AND path NOT IN (SELECT path FROM items)
    AND EXISTS (SELECT 1 FROM items WHERE items.path > CAST(records.path || '/' AS BLOB)
    AND items.path < CAST(records.path || '0' AS BLOB))
"""
_RENAMED = "SELECT name FROM records WHERE path IN (SELECT path FROM items) AND name NOT IN (SELECT name FROM items)"


def check_names_are_free(journal: Journal, output: Output, *, layout: Layout, suffixes: tuple[str, ...]) -> None:
    """Refuse to overwrite the results of another file, unless that was moved or copied, or a listed file."""
    query = (
        "SELECT records.path, items.path FROM items JOIN records ON records.name = items.name "
        "WHERE records.path != items.path"
    )
    for pair in journal.connection.execute(query):
        old, new = (located(text(path), journal.root) for path in pair)
        if _is_there(old) and not _same(old, new):
            raise OutputError(
                f"{output.address} already has results of {old} under the name that {new} would get: "
                "process both in one run, or choose another folder"
            )
    inside = "SELECT path FROM items WHERE path > ? AND path < ?"
    here = shown(f"{output.address}/", journal.root).rstrip("/")
    bounds = ("", "\U0010ffff") if here in ("", ".") else (f"{here}/", f"{here}0")
    for (found,) in journal.connection.execute(inside, tuple(map(blob, bounds))):
        path = text(found).removeprefix(bounds[0])
        for suffix in suffixes:
            if path.endswith(suffix) and layout is Layout.MIRRORED and journal.lists(path.removesuffix(suffix)):
                raise OutputError(
                    f"the results of {path.removesuffix(suffix)} would overwrite the photograph {text(found)}: "
                    "choose another folder with -o"
                )


def check_nothing_is_there(journal: Journal, output: Output, *, layout: Layout, suffixes: tuple[str, ...]) -> None:
    """Refuse to write in place of a file that is there before the first run: a drawing by hand, another's result."""
    if output.is_remote or all(name in RESERVED for name in os.listdir(output.address)):
        return
    for (name,) in journal.connection.execute("SELECT name FROM items"):
        for suffix in suffixes:
            path = output.address_of(layout.path_of(text(name), suffix))
            if os.path.lexists(path):
                raise OutputError(
                    f"{path} exists and would be overwritten: choose another folder, or continue with --resume if it "
                    "is of a run that was killed"
                )


def drop_superseded(journal: Journal, output: Output, *, layout: Layout) -> None:
    """Drop records that are out of date for the list of a run, with their outputs.

    They are of another name or archive than listed now, or of files that are not listed and whose outputs are gone.
    """
    db = journal.connection
    names = db.execute(_RENAMED).fetchall()
    if db.execute("SELECT 1 FROM records WHERE reason IN ('broken-archive', 'unreadable') LIMIT 1").fetchone():
        db.execute("CREATE INDEX items_path ON items (path)")
        names += db.execute(_CONTAINERS).fetchall()
        db.execute("DROP INDEX items_path")
    for (name,) in db.execute("SELECT name FROM records WHERE name NOT IN (SELECT name FROM items)").fetchall():
        record = journal.record(text(name))
        if record and not all(output.has(*each) for each in record.outputs.items()):
            names.append((name,))
    for (name,) in names:
        record = journal.record(text(name))
        if record:
            _remove(output, layout, set(record.outputs) if not record.duplicate_of else set())
            with journal.transaction():
                _forget_copies(journal, record)
                db.execute("DELETE FROM records WHERE name = ?", (name,))


def replace_record(
    journal: Journal, output: Output, record: JournalRecord, *, layout: Layout, possible: set[str]
) -> None:
    """Write a record in place of an earlier one of the same name, and remove the outputs of that.

    `possible` are all outputs that it may have, also from a run that was killed before it wrote a record.
    """
    old = journal.record(record.name)
    if old and not old.duplicate_of:
        possible = possible | set(old.outputs)
        if old.content != record.content:
            _forget_copies(journal, old)
    _remove(output, layout, possible - set(record.outputs))
    journal.append(record)


def _forget_copies(journal: Journal, record: JournalRecord) -> None:
    """Its copies share its outputs: they are processed again when they are listed again."""
    journal.connection.execute(
        "DELETE FROM records WHERE duplicate_of != X'' AND duplicate_of = ?", (blob(record.path),)
    )


def _remove(output: Output, layout: Layout, names: set[str]) -> None:
    for name in names:
        if layout.is_of_one(name):
            output.remove(name)


def _is_there(path: str) -> bool:
    """Whether the file exists, or the archive that contains it."""
    return addresses.exists(path) or any(parent.is_file() for parent in Path(path).parents if "://" not in path)


def _same(one: str, other: str) -> bool:
    with suppress(OSError):
        return filecmp.cmp(one, other, shallow=False)
    return False
