"""How far a batch is, told from its journal by another process, while it runs or when it is dead."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from venule.batch.journal import JOURNAL, Journal
from venule.batch.lock import is_at_work
from venule.batch.outputs import Output
from venule.batch.progress import duration
from venule.errors import VenuleError

RECENT = 60.0  # seconds over which the speed is told


@dataclass(frozen=True)
class Status:
    """How far a batch is.

    Attributes:
        running: whether a run is at work now.
        total: number of files of the latest run, or of its shard.
        done: those of them that the journal has a record of.
        ok: records with a result, also of files of earlier lists.
        reasons: how many records have none, by reason.
        duplicates: records of files that have the content of another.
        a_second: files a second in the last minute of the work.
        latest: when the latest file was finished, in seconds since 1970; None: none was.
    """

    running: bool
    total: int
    done: int
    ok: int
    reasons: Mapping[str, int]
    duplicates: int
    a_second: float
    latest: float | None

    def __str__(self) -> str:
        """In lines for people."""
        left = self.total - self.done
        state = "running" if self.running else "finished" if not left else "stopped: --resume does the rest"
        lines = [f"{self.done} of {self.total} done, {state}"]
        failed = ", ".join(f"{reason} {count}" for reason, count in sorted(self.reasons.items()))
        lines.append(f"{self.ok} ok, {sum(self.reasons.values())} failed{f' ({failed})' if failed else ''}")
        if self.duplicates:
            lines.append(f"{self.duplicates} with the content of another, done once")
        if self.latest is not None:
            lines.append(f"latest finished {duration(max(0.0, time.time() - self.latest))} ago")
        if self.running and self.a_second and left:
            lines.append(f"{self.a_second:.1f} a second, {duration(left / self.a_second)} left")
        return "\n".join(lines)


def read_status(output: Path | str, *, state: Path | None = None) -> Status:
    """How far the batch is whose results are in a folder.

    Args:
        output: the output folder, or URL.
        state: the folder of the journal, where that is another.

    Raises:
        VenuleError: there is no journal.
    """
    where = Output.at(output, state=state)
    folder = where.state
    if not (folder / JOURNAL).exists():
        raise VenuleError(f"{folder} has no journal: give the output folder of venule segment or measure")
    running = is_at_work(where.lock)
    with Journal(folder, read_only=True) as journal:
        db = journal.connection
        shard = json.loads(journal.about("shard", "[1, 1]"))
        settings = json.loads(journal.about("tables", "{}")).get("settings", "")
        mine = "number % ? = ?"
        place = (shard[1], shard[0] % shard[1])
        total = db.execute(f"SELECT COUNT(*) FROM items WHERE {mine}", place).fetchone()[0]
        done = db.execute(
            f"SELECT COUNT(*) FROM items JOIN records USING (name) WHERE {mine} AND settings = ?", (*place, settings)
        ).fetchone()[0]
        duplicates = db.execute("SELECT COUNT(*) FROM records WHERE duplicate_of != X''").fetchone()[0]
        latest = db.execute("SELECT MAX(ended) FROM records").fetchone()[0]
        recent = 0
        if latest is not None:
            recent = db.execute("SELECT COUNT(*) FROM records WHERE ended > ?", (latest - RECENT,)).fetchone()[0]
        counts = journal.counts()
    reasons = {reason: count for (status, reason), count in counts.items() if status != "ok"}
    return Status(running, total, done, counts.get(("ok", ""), 0), reasons, duplicates, recent / RECENT, latest)
