"""The journal of an output that is not on a local disk: worked on here, and copied there now and then."""

import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from venule.batch.journal import JOURNAL, Journal
from venule.batch.outputs import PARTIAL, Output

SECONDS_BETWEEN_COPIES = 60.0


class JournalCopy:
    """Keeps a copy of the journal beside the results, so that another machine can go on, and `merge` finds it.

    Args:
        output: of the batch; where the journal lies in it, nothing is to be done.
    """

    def __init__(self, output: Output) -> None:
        """Fetch the copy of an earlier run, where this machine has none."""
        self._output, self._latest = output, time.monotonic()
        here = output.state / JOURNAL
        if output.has_journal_elsewhere and not here.exists() and output.exists(JOURNAL):
            here.write_bytes(output.read(JOURNAL))

    def now_and_then(self, journal: Journal) -> None:
        """Copy it, if the latest copy is old."""
        if self._output.has_journal_elsewhere and time.monotonic() - self._latest > SECONDS_BETWEEN_COPIES:
            self.copy(journal)

    def copy(self, journal: Journal) -> None:
        """Copy it.

        Raises:
            OutputError: it cannot be written there.
        """
        if not self._output.has_journal_elsewhere:
            return
        here = self._output.state / PARTIAL / JOURNAL  # SQLite itself never works on the other disk
        _back_up(journal, here)
        with here.open("rb") as source, self._output.writing(JOURNAL) as file:
            shutil.copyfileobj(source, file)
        here.unlink()
        self._latest = time.monotonic()


def _back_up(journal: Journal, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as copy:
        journal.connection.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
