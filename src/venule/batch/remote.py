"""The journal of a remote output: worked on here, and copied there now and then."""

import sqlite3
import time

from venule.batch import addresses
from venule.batch.journal import JOURNAL, Journal
from venule.batch.outputs import Output

SECONDS_BETWEEN_COPIES = 60.0


class JournalCopy:
    """Keeps a copy of the journal beside remote results, so that another machine can go on.

    Args:
        output: of the batch; where that is a folder of this machine, nothing is to be done.
    """

    def __init__(self, output: Output) -> None:
        """Fetch the copy of an earlier run, where this machine has none."""
        self._output, self._latest = output, time.monotonic()
        here = output.state / JOURNAL
        if output.is_remote and not here.exists() and addresses.exists(output.place(JOURNAL)):
            here.write_bytes(output.read(JOURNAL))

    def now_and_then(self, journal: Journal) -> None:
        """Copy it, if the latest copy is old."""
        if self._output.is_remote and time.monotonic() - self._latest > SECONDS_BETWEEN_COPIES:
            self.copy(journal)

    def copy(self, journal: Journal) -> None:
        """Copy it.

        Raises:
            OutputError: it cannot be written there.
        """
        if not self._output.is_remote:
            return
        with self._output.writing(JOURNAL) as file:
            copy = sqlite3.connect(file.name)
            try:
                journal.connection.backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")
            finally:
                copy.close()
        self._latest = time.monotonic()
