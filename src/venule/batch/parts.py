"""The Parquet layout: results/part-00000.parquet and so on, with rows and outputs of a thousand files each."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from venule.batch.items import Shard
from venule.batch.journal import Journal, JournalRecord, blob, text
from venule.batch.outputs import STAGED, Layout, Output
from venule.batch.tables import Columns, parquet, schema_of, table_of
from venule.errors import OutputError

FILES = 1000  # of a part
FOLDER = "results"
NAMES = b"venule_names"  # in the metadata of a part: of its rows, in their order; two rows may have the same path


class Parts:
    """The parts of an output.

    Each listed file is assigned to a part at the start. Outputs are first written as files; when all files of a part
    are done, it is written whole or not at all, and then those files are removed. `columns` are those of the work;
    each of the `suffixes` is a binary column: `vessels_png` for `_vessels.png`.
    """

    def __init__(
        self,
        output: Output,
        journal: Journal,
        columns: Mapping[str, type],
        *,
        suffixes: tuple[str, ...],
        settings: str,
        shard: Shard,
    ) -> None:
        """Assign files without a part to parts of a thousand, in the order of the list."""
        self._output, self._journal = output, journal
        self._columns = Columns(columns, journal.carried(), {column_of(suffix) for suffix in suffixes})
        self._suffixes, self._settings = suffixes, settings
        self._left: dict[int, int] = {}  # unfinished files, of parts that this run processes as a whole
        if journal.connection.execute("SELECT 1 FROM parts WHERE checksum != checksum(name, part) LIMIT 1").fetchone():
            raise OutputError(f"{journal.path}: the table of parts is damaged: delete the journal to start again")
        for part in self._all():
            self._forget_if_lost(part)
        with journal.transaction():
            journal.connection.execute(
                "INSERT OR IGNORE INTO parts SELECT name, part, checksum(name, part) FROM ("
                "SELECT name, (SELECT IFNULL(MAX(part) + 1, 0) FROM parts) + "
                f"(ROW_NUMBER() OVER (ORDER BY number) - 1) / {FILES} AS part FROM items "
                "WHERE number % ? = ? AND name NOT IN (SELECT name FROM parts))",
                (shard.of, shard.number % shard.of),
            )

    def finished(self, record: JournalRecord) -> None:
        """Count a file that this run has finished and recorded; write its part when that is complete."""
        query = "SELECT part FROM parts WHERE name = ?"
        part = int(self._journal.connection.execute(query, (blob(record.name),)).fetchone()[0])
        if part not in self._left:
            is_first = sum(1 for _ in self._records(part)) == 1
            # Files of an earlier run may be processed again: their part is written by `write_rest`.
            self._left[part] = self._count_missing(part) if is_first else -1
        elif self._left[part] > 0:
            self._left[part] -= 1
        if self._left[part] == 0:
            self._write(part)

    def write_rest(self) -> None:
        """Write the parts that a kill has left unwritten, and those with rows of files that were removed."""
        db = self._journal.connection
        gone = "name NOT IN (SELECT name FROM items) AND name NOT IN (SELECT name FROM records)"
        smaller = {part for (part,) in db.execute(f"SELECT DISTINCT part FROM parts WHERE {gone}")}
        all_are_written = True
        for part in self._all():
            if part in smaller or any(list(record.outputs) != [_name(part)] for record in self._records(part)):
                if self._count_missing(part) == 0 and all(map(self._is_there, self._records(part))):
                    self._write(part)
                    db.execute(f"DELETE FROM parts WHERE part = ? AND {gone}", (part,))
                else:
                    all_are_written = False
        if all_are_written:
            self._output.remove_folder(STAGED)  # with what a kill has left there

    def _is_there(self, record: JournalRecord) -> bool:
        return all(self._output.has(*output) for output in record.outputs.items())

    def _all(self) -> list[int]:
        query = "SELECT DISTINCT part FROM parts ORDER BY part"
        return [part for (part,) in self._journal.connection.execute(query)]

    def _forget_if_lost(self, part: int) -> None:
        """Process the files of a part again if a power cut has left it empty."""
        for record in self._records(part):
            if _name(part) in record.outputs:
                if not self._output.has(_name(part), record.outputs[_name(part)]):
                    names = "DELETE FROM records WHERE name IN (SELECT name FROM parts WHERE part = ?)"
                    self._journal.connection.execute(names, (part,))
                return

    def _write(self, part: int) -> None:
        name, records = _name(part), list(self._records(part))
        if not records:
            self._output.remove(name)
            return
        old = self._old(part) if any(name in record.outputs for record in records) else {}
        kinds = {key: kind for key, kind in self._columns.kinds.items() if key != "outputs"}
        schema = schema_of(kinds | {column_of(suffix): bytes for suffix in self._suffixes})
        schema = schema.with_metadata({NAMES: json.dumps([record.name for record in records])})
        rows = [self._columns.row(record) | self._contents(record, name, old) for record in records]
        with self._output.writing(name) as file:
            parquet().write_table(table_of(rows, schema), file)
            size = file.tell()
        staged = [path for record in records if not record.duplicate_of for path in record.outputs if path != name]
        with self._journal.transaction():
            for record in records:
                self._journal.append(replace(record, outputs={name: size}))
        for path in staged:
            self._output.remove(path)

    def _contents(self, record: JournalRecord, name: str, old: dict[str, dict[str, Any]]) -> dict[str, Any]:
        """The outputs of a file by column, of a part or of files; a duplicate has none: its original has them."""
        if record.duplicate_of:
            return {}
        if name in record.outputs:
            return old.get(record.name) or old[record.path]
        paths = {suffix: Layout.PARQUET.path_of(record.name, suffix) for suffix in self._suffixes}
        return {column_of(suffix): self._output.read(path) for suffix, path in paths.items() if path in record.outputs}

    def _old(self, part: int) -> dict[str, dict[str, Any]]:
        """The outputs in a part that was written before, by name (in parts of earlier versions by path) and column."""
        columns = [column_of(suffix) for suffix in self._suffixes]
        with self._output.reading(_name(part)) as file:
            table = parquet().read_table(file, columns=["path", *columns])
        names = json.loads((table.schema.metadata or {}).get(NAMES, b"[]"))
        rows = {row.pop("path"): row for row in table.to_pylist()}
        return rows | dict(zip(names, table.drop_columns("path").to_pylist(), strict=False))

    def _count_missing(self, part: int) -> int:
        query = (
            "SELECT COUNT(*) FROM parts JOIN items USING (name) LEFT JOIN records ON records.name = parts.name "
            "AND records.settings = ? WHERE part = ? AND records.name IS NULL"
        )
        return int(self._journal.connection.execute(query, (self._settings, part)).fetchone()[0])

    def _records(self, part: int) -> Iterator[JournalRecord]:
        names = (
            "SELECT parts.name FROM parts JOIN records USING (name) WHERE part = ? AND settings = ? ORDER BY path, name"
        )
        for (name,) in self._journal.connection.execute(names, (part, self._settings)).fetchall():
            record = self._journal.record(text(name))
            if record:
                yield record


def column_of(suffix: str) -> str:
    """The column of an output: `vessels_png` for `_vessels.png`."""
    return suffix.lstrip("_").replace(".", "_")


def _name(part: int) -> str:
    return f"{FOLDER}/part-{part:05d}.parquet"
