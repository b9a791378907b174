"""How far a batch is, on standard error: a bar on a terminal, a line now and then in a log."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from venule.batch.job import Job

SECONDS_BETWEEN_LINES = 10.0


@contextmanager
def show_progress() -> Iterator[Callable[[Job], None]]:
    """Show how far a batch is; give what this yields to `run` as its `progress`."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _Lines()
        return
    with Progress(
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rest]}"),
        TimeElapsedColumn(),
        console=console,
    ) as bar:
        task = bar.add_task("", total=None, rest="")
        yield lambda job: bar.update(task, total=job.total, completed=job.finished, rest=how_far(job))


def how_far(job: Job) -> str:
    """Failed, speed and time left, in words."""
    left = job.seconds_left
    rest = [f"{job.failed} failed", f"{job.a_second:.1f} a second"]
    return ", ".join(rest + ([f"{duration(left)} left"] if left is not None else []))


def duration(seconds: float) -> str:
    """A time in the units that people think in: "41 s", "12 min", "3 h 20 min", "2 d 4 h"."""
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

    def __call__(self, job: Job) -> None:
        now = time.monotonic()
        if now - self._latest >= SECONDS_BETWEEN_LINES or job.finished == job.total:
            self._latest = now
            line = f"{job.finished} of {job.total}, {how_far(job)}, {duration(job.seconds)} gone"
            print(line, file=sys.stderr, flush=True)
