"""The progress of a running or stopped batch, read from its journal."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from venule.batch.batch_result import duration, in_words
from venule.batch.journal import JOURNAL, Journal
from venule.batch.lock import is_running
from venule.batch.outputs import Output
from venule.errors import VenuleError

RECENT = 60.0  # seconds over which the speed is told


@dataclass(frozen=True)
class Status:
    """The progress of a batch.

    Attributes:
        running: whether a run is writing now.
        total: number of files of the latest run, or of its shard.
        done: how many of them are finished, with or without a result.
        ok: finished files with a result, including files of earlier lists.
        reasons: number of failed files by reason.
        duplicates: files with the content of another one.
        per_second: files per second in the last minute of the run.
        latest: when the latest file was finished, in seconds since 1970; None: no file was.
    """

    running: bool
    total: int
    done: int
    ok: int
    reasons: Mapping[str, int]
    duplicates: int
    per_second: float
    latest: float | None

    def __str__(self) -> str:
        """Several lines: state, counts, and the remaining time."""
        left = self.total - self.done
        state = "running" if self.running else "finished" if not left else "stopped: continue with --resume"
        lines = [f"{self.done} of {self.total} done, {state}"]
        failed = f" ({in_words(self.reasons)})" if self.reasons else ""
        lines.append(f"{self.ok} ok, {sum(self.reasons.values())} failed{failed}")
        if self.duplicates:
            lines.append(f"{self.duplicates} duplicates, processed once")
        if self.latest is not None:
            lines.append(f"latest photograph finished {duration(max(0.0, time.time() - self.latest))} ago")
        if self.running and self.per_second and left:
            lines.append(f"{self.per_second:.1f} per second, {duration(left / self.per_second)} left")
        return "\n".join(lines)


def read_status(output: Path | str, *, state: Path | None = None) -> Status:
    """The progress of the batch whose results are in a folder.

    Args:
        output: the output folder, or URL.
        state: the folder of the journal, if that is another.

    Raises:
        VenuleError: there is no journal.
    """
    where = Output.at(output, state=state)
    folder = where.state
    if not (folder / JOURNAL).exists():
        raise VenuleError(f"{folder} has no journal: give the output folder of `venule segment` or `venule measure`")
    running = is_running(where.lock)
    with Journal(folder, read_only=True) as journal:
        db = journal.connection
        shard = json.loads(journal.about("shard", "[1, 1]"))
        settings = json.loads(journal.about("tables", "{}")).get("settings", "")
        mine, number = "number % ? = ?", (shard[1], shard[0] % shard[1])
        total = db.execute(f"SELECT COUNT(*) FROM items WHERE {mine}", number).fetchone()[0]
        done = db.execute(
            f"SELECT COUNT(*) FROM items JOIN records USING (name) WHERE {mine} AND settings = ?", (*number, settings)
        ).fetchone()[0]
        duplicates = db.execute("SELECT COUNT(*) FROM records WHERE duplicate_of != X''").fetchone()[0]
        latest = db.execute("SELECT MAX(ended) FROM records").fetchone()[0]
        recent = 0
        if latest is not None:
            recent = db.execute("SELECT COUNT(*) FROM records WHERE ended > ?", (latest - RECENT,)).fetchone()[0]
        counts = journal.counts()
    reasons = {reason: count for (status, reason), count in counts.items() if status != "ok"}
    return Status(running, total, done, counts.get(("ok", ""), 0), reasons, duplicates, recent / RECENT, latest)
