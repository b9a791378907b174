"""Lists of photographs: CSV or Parquet files with a column of paths."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from typing import IO

from venule.batch import addresses
from venule.batch.tables import parquet
from venule.errors import VenuleError

LISTS = (".csv", ".parquet")
PATH_COLUMNS = ("path", "photograph", "file", "filename")  # the first of these that a list has
ID_COLUMN = "id"
LONGEST_LINE = 1_000_000  # characters


def read_list(path: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    """The address, the id and all columns but the path of each row, read step by step.

    Raises:
        VenuleError: it cannot be read, or a row has no path.
    """
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
        given = row.pop(column)
        yield addresses.within(folder, given), row.get(ID_COLUMN, ""), row


def _rows(path: str) -> Iterator[dict[str, str]]:
    try:
        with addresses.open_any(path) as file:
            if path.lower().endswith(".csv"):
                with io.TextIOWrapper(file, encoding="utf-8-sig", newline="") as text:
                    yield from _rows_of_csv(text)
                return
            table = parquet().ParquetFile(file)
            _check_names(table.schema_arrow.names)
            for batch in table.iter_batches(1000):
                for row in batch.to_pylist():
                    yield {name: "" if value is None else str(value) for name, value in row.items()}
    except (OSError, ValueError, csv.Error) as error:  # ValueError: not UTF-8, or not Parquet
        why = addresses.said(error)
        if isinstance(error, UnicodeDecodeError):
            why = "it is not in UTF-8; save it as CSV UTF-8"
        raise VenuleError(f"{path} cannot be read as a list of photographs: {why}", reason="bad-list") from error


def _rows_of_csv(text: IO[str]) -> Iterator[dict[str, str]]:
    """The rows as text; no cell is lost, as it would be with two columns of one name, or cells without a column."""
    table = csv.reader(_lines(text))
    names = [name.strip() for name in next(table, [])]
    _check_names(names)
    for cells in table:
        for name, cell in zip([*names, *[""] * len(cells)], cells, strict=False):
            if cell.strip() and not name:
                raise ValueError(f"line {table.line_num} has a cell without a column: {cell!r}")
        if cells:
            cells += [""] * (len(names) - len(cells))
            yield {name: cell.strip() for name, cell in zip(names, cells, strict=False) if name}


def _check_names(names: list[str]) -> None:
    for name, count in Counter(names).items():
        if name and count > 1:
            raise ValueError(f"it has {count} columns {name!r}: give each its own name")


def _lines(text: IO[str]) -> Iterator[str]:
    while line := text.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE:
            raise ValueError(f"it has a line of more than {LONGEST_LINE:,} characters")
        yield line
