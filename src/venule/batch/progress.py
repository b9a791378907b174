"""What became of a batch: while it runs, afterwards, and read from its journal."""

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from venule.batch.journal import Journal, JournalRecord
from venule.batch.outputs import JOURNAL, Output, is_running
from venule.errors import VenuleError

if TYPE_CHECKING:
    from pandas import DataFrame

SECONDS_BETWEEN_LINES = 10.0
RECENT = 60.0  # seconds over which the speed of a running batch is told


@dataclass
class BatchResult:
    """What became of the files of a batch; while it runs, of those finished so far.

    Attributes:
        output: where its results go.
        total: number of files.
        results: the table of the results, or the folder of such tables.
        ok: files with a result, including those of an earlier run.
        skipped: files that an earlier run had finished, with or without a result.
        duplicates: files with the content of another one, which was processed once.
        reasons: number of failed files by reason.
        seconds: elapsed.
        interrupted: whether Ctrl-C ended it.
        passed_over: number of files in folders and archives that were not looked at, by their endings.
        carried: the columns of the lists.
        notes: what the user should know besides.
    """

    output: Output
    total: int
    results: str
    ok: int = 0
    skipped: int = 0
    duplicates: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    interrupted: bool = False
    passed_over: Counter[str] = field(default_factory=Counter)
    carried: Sequence[str] = ()
    notes: list[str] = field(default_factory=list)

    @property
    def failed(self) -> int:
        """Number of files without a result."""
        return self.reasons.total()

    @property
    def finished(self) -> int:
        """Number of files with or without a result."""
        return self.ok + self.failed

    @property
    def per_second(self) -> float:
        """Files that this run has finished per second."""
        return (self.finished - self.skipped) / max(1e-9, self.seconds)

    @property
    def exit_code(self) -> int:
        """0: every file has a result; 1: some failed; 130: interrupted."""
        return 130 if self.interrupted else int(self.failed > 0)

    def __str__(self) -> str:
        """The counts, what was not looked at, the notes, and where the results are, each on its line."""
        parts = [f"{self.ok} of {self.total} photographs done in {self.seconds:.1f} s"]
        if self.skipped:
            parts.append(f"{self.skipped} already done")
        if self.duplicates:
            parts.append(f"{self.duplicates} duplicates")
        if self.failed:
            parts.append(f"{self.failed} failed ({counted(self.reasons)})")
        if self.interrupted:
            parts.append(f"interrupted, {self.total - self.finished} left: continue with --resume")
        passed = [f"not looked at: {counted(self.passed_over)}"] if self.passed_over else []
        return "\n".join(["; ".join(parts), *passed, *self.notes, self.output.address_of(self.results)])

    def to_pandas(self) -> "DataFrame":
        """The table of the results, a row for each file."""
        import pandas

        address = str(self.output.address_of(self.results))
        return pandas.read_csv(address) if address.endswith(".csv") else pandas.read_parquet(address)

    def progress(self) -> str:
        """Failed files, speed and remaining time."""
        parts = [f"{self.failed} failed", f"{self.per_second:.1f} per second"]
        if self.per_second:
            parts.append(f"{duration((self.total - self.finished) / self.per_second)} left")
        return ", ".join(parts)

    def count(self, record: JournalRecord) -> None:
        """Add a finished file."""
        self.duplicates += bool(record.duplicate_of)
        if record.status == "ok":
            self.ok += 1
        else:
            self.reasons[record.reason] += 1


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
        failed = f" ({counted(self.reasons)})" if self.reasons else ""
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
        shard = journal.data("shard", [1, 1])
        settings = journal.data("tables", {}).get("settings", "")
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


@contextmanager
def show_progress() -> Iterator[Callable[[BatchResult], None]]:
    """Show a bar on a terminal, and a line now and then in a log. What this yields is the `progress` of a batch."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _Lines()
        return
    columns = BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rest]}"), TimeElapsedColumn()
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("", total=None, rest="")
        yield lambda result: bar.update(task, total=result.total, completed=result.finished, rest=result.progress())


def counted(reasons: Mapping[str, int]) -> str:
    """Counts with their reasons: "2 not-found, 1 timed-out"."""
    return ", ".join(f"{count} {reason}" for reason, count in sorted(reasons.items()))


def duration(seconds: float) -> str:
    """A time in the unit that fits: "41 s", "12 min", "3 h 20 min", "2 d 4 h"."""
    minutes, hours, days = seconds / 60, seconds / 3600, seconds / 86400
    if minutes < 2:
        return f"{seconds:.0f} s"
    if hours < 2:
        return f"{minutes:.0f} min"
    if days < 2:
        return f"{int(hours)} h {int(minutes % 60)} min"
    return f"{int(days)} d {int(hours % 24)} h"


class _Lines:
    def __init__(self) -> None:
        self._latest = time.monotonic()

    def __call__(self, result: BatchResult) -> None:
        now = time.monotonic()
        if now - self._latest >= SECONDS_BETWEEN_LINES or result.finished == result.total:
            self._latest = now
            line = f"{result.finished} of {result.total}, {result.progress()}, {duration(result.seconds)} elapsed"
            print(line, file=sys.stderr, flush=True)
