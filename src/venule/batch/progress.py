"""How far a batch is, on standard error: a bar on a terminal, a line now and then in a log."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from venule.batch.job import Job

SECONDS_BETWEEN_LINES = 10.0


@contextmanager
def show_progress() -> Iterator[Callable[[Job], None]]:
    """Show how far a batch is; give what this yields to `run` as its `progress`."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _Lines()
        return
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[failed]} failed"))
    with Progress(*columns, TimeElapsedColumn(), TimeRemainingColumn(), console=console) as bar:
        task = bar.add_task("", total=None, failed=0)
        yield lambda job: bar.update(task, total=job.total, completed=job.finished, failed=job.failed)


class _Lines:
    def __init__(self) -> None:
        self._latest = time.monotonic()

    def __call__(self, job: Job) -> None:
        now = time.monotonic()
        if now - self._latest >= SECONDS_BETWEEN_LINES or job.finished == job.total:
            self._latest = now
            worked = job.finished - job.skipped
            left = (job.total - job.finished) * job.seconds / max(1, worked)
            line = f"{job.finished} of {job.total}, {job.failed} failed, {job.seconds:.0f} s gone, {left:.0f} s left"
            print(line, file=sys.stderr, flush=True)
