"""The journal of an output that is not on a local disk: kept here, and copied there every minute."""

import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from venule.batch.journal import JOURNAL, Journal
from venule.batch.outputs import PARTIAL, Output

SECONDS_BETWEEN_COPIES = 60.0


class JournalCopy:
    """Keeps a copy of the journal beside the results, so that another machine can resume, and `merge` finds it.

    Args:
        output: of the batch; if the journal lies in it, no copy is made.
    """

    def __init__(self, output: Output) -> None:
        """Fetch the copy of an earlier run if this machine has no journal."""
        self._output, self._latest = output, time.monotonic()
        here = output.state / JOURNAL
        if output.has_journal_elsewhere and not here.exists() and output.exists(JOURNAL):
            here.write_bytes(output.read(JOURNAL))

    def now_and_then(self, journal: Journal) -> None:
        """Copy the journal if the latest copy is old."""
        if self._output.has_journal_elsewhere and time.monotonic() - self._latest > SECONDS_BETWEEN_COPIES:
            self.copy(journal)

    def copy(self, journal: Journal) -> None:
        """Copy the journal."""
        if not self._output.has_journal_elsewhere:
            return
        here = self._output.state / PARTIAL / JOURNAL  # SQLite itself never works on the other disk
        _back_up(journal, here)
        with here.open("rb") as kept, self._output.writing(JOURNAL) as file:
            shutil.copyfileobj(kept, file)
        here.unlink()
        self._latest = time.monotonic()


def _back_up(journal: Journal, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as copy:
        journal.connection.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
