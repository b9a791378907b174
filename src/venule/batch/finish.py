"""Write the tables of an output from its journal alone, which therefore knows their columns."""

import json
from collections.abc import Iterator, Mapping

from venule.batch.items import carried_columns
from venule.batch.journal import Journal, JournalRecord
from venule.batch.outputs import Output
from venule.batch.tables import Columns, Joined, write_joined, write_parquet, write_results
from venule.batch.work import Work

_KINDS = {"float": float, "str": str}


def describe(journal: Journal, work: Work, settings: str) -> None:
    """Save the columns of the tables in the journal.

    Args:
        journal: of the output.
        work: that fills them.
        settings: hash of the settings whose records the tables contain.
    """
    about = {
        "settings": settings,
        "columns": _names(work.columns),
        "suffixes": list(work.suffixes),
        "joined": {suffix: [table.name, _names(table.columns)] for suffix, table in work.joined.items()},
        "parquet": work.parquet,
    }
    journal.set_about("tables", json.dumps(about))


def write_tables(output: Output, journal: Journal) -> None:
    """Write results.csv and the other tables.

    Raises:
        OutputError: a table cannot be written.
    """
    about = json.loads(journal.about("tables", "{}"))
    columns = Columns(_types(about["columns"]), carried_columns(journal))

    def records() -> Iterator[JournalRecord]:
        return journal.records(settings=about["settings"])

    write_results(output, records(), columns)
    if about["parquet"]:
        write_parquet(output, records(), columns)
    for suffix, (name, kinds) in about["joined"].items():
        write_joined(output, records(), suffix, Joined(name, _types(kinds)))


def _names(columns: Mapping[str, type]) -> dict[str, str]:
    return {name: kind.__name__ for name, kind in columns.items()}


def _types(columns: Mapping[str, str]) -> dict[str, type]:
    return {name: _KINDS[kind] for name, kind in columns.items()}
