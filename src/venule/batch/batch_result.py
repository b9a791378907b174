"""What became of a batch, and its progress on standard error."""

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from venule.batch.journal import JournalRecord
from venule.batch.outputs import Output

if TYPE_CHECKING:
    from pandas import DataFrame

SECONDS_BETWEEN_LINES = 10.0


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
        """Two lines: the counts, and where the results are."""
        parts = [f"{self.ok} of {self.total} photographs done in {self.seconds:.1f} s"]
        if self.skipped:
            parts.append(f"{self.skipped} already done")
        if self.duplicates:
            parts.append(f"{self.duplicates} duplicates")
        if self.failed:
            parts.append(f"{self.failed} failed ({in_words(self.reasons)})")
        if self.interrupted:
            parts.append(f"interrupted, {self.total - self.finished} left: continue with --resume")
        return f"{'; '.join(parts)}\n{self.output.address_of(self.results)}"

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


def in_words(reasons: Mapping[str, int]) -> str:
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
