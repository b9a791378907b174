"""A batch in this process, for tests that have no need of others: starting them takes seconds."""

import csv
from pathlib import Path

import pytest
from shout import Shout

from venule.batch import Batch, Engine, run


@pytest.fixture
def shout_here(monkeypatch):
    """Runs the batch on files; options are those of `Batch`, but for `suffixes`, `recognise` and `work`."""
    monkeypatch.setattr(Engine, "processes", lambda engine, files: 0)

    def shout(*paths, output, suffixes=(".txt",), recognise=lambda head: False, work=None, **options):
        batch = Batch(**options)
        return run(
            paths, output, work=work or Shout(), suffixes=suffixes, settings={}, recognise=recognise, batch=batch
        )

    return shout


@pytest.fixture
def rows_of():
    """The rows of an output folder."""

    def rows(output: Path) -> list[dict[str, str]]:
        with (Path(output) / "results.csv").open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    return rows
