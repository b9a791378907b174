"""The local engine: worker processes on this machine."""

from collections.abc import Callable, Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from itertools import islice, takewhile

from venule.batch.items import Item
from venule.batch.journal import JournalRecord
from venule.batch.pool import Pool, ProcessLostError
from venule.batch.work import Process

TIME_LIMIT = 300.0  # seconds for one file


def run_in_processes(
    process: Process, items: Iterable[Item], *, jobs: int, limit: float, stopped: Callable[[], bool]
) -> Generator[JournalRecord, None, None]:
    """Process the files in worker processes.

    A file whose process dies or reaches the time limit is retried alone when all others are done. If it fails again,
    it is recorded as crashed or timed out. No other file is affected.

    Args:
        process: sent to each worker once.
        items: taken as they are needed.
        jobs: number of processes.
        limit: seconds for one file.
        stopped: whether to stop, called before each retry.

    Yields:
        The records, in the order in which the files are finished.

    Raises:
        OutputError: nothing can be written any more.
    """
    rest, again = iter(items), list[Item]()
    running: dict[Future[JournalRecord], Item] = {}
    with start_workers(process, jobs) as workers:
        while True:
            for item in islice(rest, jobs - len(running)):
                running[workers.submit(do, item, timeout=limit)] = item
            if not running:
                break
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                item = running.pop(future)
                try:
                    yield future.result()
                except ProcessLostError:
                    again.append(item)
    for item in takewhile(lambda item: not stopped(), again):
        yield retry_alone(process, item, limit=limit)


def start_workers(process: Process, jobs: int) -> Pool:
    """Worker processes that `do` files."""
    return Pool(jobs, initializer=_keep, initargs=(process,))


def do(item: Item) -> JournalRecord:
    """Process a file, in a worker process."""
    return _process(item)


def retry_alone(process: Process, item: Item, *, limit: float) -> JournalRecord:
    """Process a file in a new process; if that dies or reaches the time limit, the record says so."""
    with start_workers(process, 1) as worker:
        try:
            return worker.submit(do, item, timeout=limit).result()
        except ProcessLostError as error:
            return process.lost(item, error)


_process: Process  # of a worker process


def _keep(process: Process) -> None:
    global _process
    _process = process
