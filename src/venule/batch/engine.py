"""Where the files of a batch are processed."""

import multiprocessing
import os
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from itertools import islice, takewhile

from venule.batch.items import Item
from venule.batch.journal import JournalRecord
from venule.batch.pool import ProcessLostError
from venule.batch.work import Process, do, retry_alone, start_workers
from venule.errors import VenuleError

TIME_LIMIT = 300.0  # seconds for one file
FILES_A_PROCESS = 8  # fewer are finished sooner by the threads of one process than by starting another


@dataclass(frozen=True)
class Engine:
    """Where the files of a batch are processed.

    Attributes:
        kind: "local": this machine; "ray": a Ray cluster.
        jobs: processes; None: as many as are worth starting, at most one per core.
        address: of the cluster; None: one on this machine, started for this run.
        time_limit: seconds for one file.

    Raises:
        VenuleError: an option is wrong.
    """

    kind: str = "local"
    jobs: int | None = None
    address: str | None = None
    time_limit: float = TIME_LIMIT

    def __post_init__(self) -> None:
        """Check the options."""
        if self.kind not in ("local", "ray"):
            raise VenuleError(f"unknown engine {self.kind!r}: choose local or ray", reason="bad-engine")
        if self.address and self.kind != "ray":
            raise VenuleError("--address is the address of a Ray cluster: add --engine ray", reason="bad-engine")
        if self.jobs is not None and self.jobs < 1:
            raise VenuleError(f"--jobs {self.jobs}: give 1 or more processes", reason="bad-engine")
        if not self.time_limit > 0:
            raise VenuleError(
                f"--time-limit {self.time_limit:g} must be a number of seconds above 0", reason="bad-engine"
            )

    def processes(self, files: int) -> int:
        """How many worker processes to start for so many files; 0: process them in this one, without a time limit."""
        if multiprocessing.current_process().daemon:  # a worker of another pool cannot have workers
            return 0
        return self.jobs or max(1, min(os.cpu_count() or 1, files // FILES_A_PROCESS))

    def threads(self, processes: int) -> int:
        """Threads for each process, so that there are no more of them than cores."""
        return 1 if self.kind == "ray" else max(1, (os.cpu_count() or 1) // max(1, processes))

    def records(
        self, process: Process, items: Iterable[Item], *, processes: int, stopped: Callable[[], bool]
    ) -> Generator[JournalRecord, None, None]:
        """Process the files; the records come in the order in which the files are finished."""
        if self.kind == "ray":
            from venule.batch.cluster import run_on_ray  # imports numpy, which other runs need only in their workers

            return run_on_ray(
                process, items, address=self.address, jobs=self.jobs, limit=self.time_limit, stopped=stopped
            )
        if not processes:
            return (process(item) for item in items)
        return _run_in_processes(process, items, jobs=processes, limit=self.time_limit, stopped=stopped)


def _run_in_processes(
    process: Process, items: Iterable[Item], *, jobs: int, limit: float, stopped: Callable[[], bool]
) -> Generator[JournalRecord, None, None]:
    """Process the files in worker processes.

    A file whose process dies is retried alone when all others are done, and so is one that reaches the time limit while
    others are processed. If it fails again, it is recorded as crashed or timed out. No other file is affected.
    """
    rest, again = iter(items), list[Item]()
    running: dict[Future[JournalRecord], Item] = {}
    accompanied: set[int] = set()
    with start_workers(process, jobs) as workers:
        while True:
            for item in islice(rest, jobs - len(running)):
                running[workers.submit(do, item, timeout=limit)] = item
            if not running:
                break
            if len(running) > 1:
                accompanied.update(item.number for item in running.values())
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                item = running.pop(future)
                try:
                    yield future.result()
                except ProcessLostError as error:
                    if error.reason == "timed-out" and item.number not in accompanied:
                        yield process.lost(item, error)
                    else:
                        again.append(item)
                accompanied.discard(item.number)
    for item in takewhile(lambda item: not stopped(), again):
        yield retry_alone(process, item, limit=limit)
