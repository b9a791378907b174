"""Remove records and outputs that are out of date: of another content, name or archive than listed now."""

from venule.batch.journal import Journal, JournalRecord, blob, text
from venule.batch.layout import Layout
from venule.batch.outputs import Output

# Records of archives and folders that could not be read: once they can be, their files have their own records.
_CONTAINERS = """
    SELECT name FROM records WHERE reason IN ('broken-archive', 'unreadable') AND path NOT IN (SELECT path FROM items)
    AND EXISTS (SELECT 1 FROM items WHERE items.path > CAST(records.path || '/' AS BLOB)
    AND items.path < CAST(records.path || '0' AS BLOB))
"""
_RENAMED = "SELECT name FROM records WHERE path IN (SELECT path FROM items) AND name NOT IN (SELECT name FROM items)"


def drop_superseded(journal: Journal, output: Output, *, layout: Layout) -> None:
    """Drop records that are out of date for the list of a run, with their outputs."""
    db = journal.connection
    names = db.execute(_RENAMED).fetchall()
    if db.execute("SELECT 1 FROM records WHERE reason IN ('broken-archive', 'unreadable') LIMIT 1").fetchone():
        db.execute("CREATE INDEX items_path ON items (path)")
        names += db.execute(_CONTAINERS).fetchall()
        db.execute("DROP INDEX items_path")
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

    Args:
        journal: of the batch.
        output: of the batch.
        record: of a finished file.
        layout: of the outputs.
        possible: all outputs that it may have, also from a run that was killed before it wrote a record.

    Raises:
        OutputError: the record cannot be written, or an output cannot be removed.
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
