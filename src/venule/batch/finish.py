"""Write the tables of an output from its journal alone, which therefore knows their columns."""

import json
from collections.abc import Iterator, Mapping

from venule.batch.items import carried_columns
from venule.batch.journal import Journal, JournalRecord
from venule.batch.outputs import Output
from venule.batch.parquet import copy_to_parquet, has_parquet, write_parquet
from venule.batch.tables import Columns, Joined, write_joined, write_results
from venule.batch.work import Work

_KINDS = {"float": float, "str": str}


def describe(journal: Journal, work: Work, settings: str) -> None:
    """Save the columns of the tables in the journal."""
    about = {
        "settings": settings,
        "columns": _names(work.columns),
        "suffixes": list(work.suffixes),
        "joined": {suffix: [table.name, _names(table.columns)] for suffix, table in work.joined.items()},
        "parquet": work.parquet,
    }
    journal.set_about("tables", json.dumps(about))


def write_tables(output: Output, journal: Journal) -> None:
    """Write results.csv and the other tables, with Parquet copies if pyarrow is installed."""
    about = json.loads(journal.about("tables", "{}"))
    columns = Columns(_types(about["columns"]), carried_columns(journal))

    def records() -> Iterator[JournalRecord]:
        return journal.records(settings=about["settings"])

    write_results(output, records(), columns)
    copied = about["parquet"] and has_parquet()
    if copied:
        write_parquet(output, records(), columns)
    else:  # what an earlier run has copied would be out of date
        for name in ("results", *(name for name, _ in about["joined"].values())):
            output.remove(f"{name}.parquet")
    for suffix, (name, kinds) in about["joined"].items():
        joined = Joined(name, _types(kinds))
        tables = (
            output.read(place)
            for record in records()
            for place in (() if record.duplicate_of else record.outputs)
            if place.endswith(suffix)
        )
        write_joined(output, copy_to_parquet(output, tables, joined) if copied else tables, joined)


def _names(columns: Mapping[str, type]) -> dict[str, str]:
    return {name: kind.__name__ for name, kind in columns.items()}


def _types(columns: Mapping[str, str]) -> dict[str, type]:
    return {name: _KINDS[kind] for name, kind in columns.items()}
