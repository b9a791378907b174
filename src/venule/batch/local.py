"""The local engine: this process, or several, on one machine."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import islice

from venule.batch.files import Item
from venule.batch.journal import Record
from venule.batch.work import Process


def run_here(process: Process, items: Iterable[Item]) -> Generator[Record, None, None]:
    """One file after the other, in this process."""
    yield from map(process, items)


def run_in_processes(process: Process, items: Iterable[Item], *, jobs: int) -> Generator[Record, None, None]:
    """Several files at a time, each in one of `jobs` processes.

    When a process dies, the files that were under way are tried again, one at a time; the one that kills its process
    again is recorded as crashed, the others are done.

    Args:
        process: is sent to each process once.
        items: taken as they are needed.
        jobs: number of processes.

    Yields:
        The records, in the order in which they are finished.
    """
    rest = iter(items)
    while lost := (yield from _pool(process, rest, jobs=jobs, ahead=2 * jobs)):
        again = iter(lost)
        while guilty := (yield from _pool(process, again, jobs=1, ahead=1)):
            yield from map(process.crashed, guilty)


def _pool(process: Process, items: Iterator[Item], *, jobs: int, ahead: int) -> Generator[Record, None, list[Item]]:
    """Work through the items until a process dies; returns those that were under way then."""
    running: dict[Future[Record], Item] = {}
    lost: list[Item] = []
    # spawn: the threads of onnxruntime and OpenCV do not survive a fork.
    pool = ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"), _start_worker, (process,))
    try:
        while True:
            for item in islice(items, 0 if lost else ahead - len(running)):
                try:
                    running[pool.submit(_do, item)] = item
                except BrokenProcessPool:
                    lost.append(item)
                    break
            if not running:
                return lost
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                item = running.pop(future)
                try:
                    record = future.result()
                except BrokenProcessPool:
                    lost.append(item)
                else:
                    yield record
    finally:
        pool.shutdown(cancel_futures=True)


_process: Process  # of a worker: what it was started for


def _start_worker(process: Process) -> None:
    global _process
    _process = process
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the main process, which then lets the workers finish
    threading.Thread(target=_die_with_parent, daemon=True).start()


def _die_with_parent() -> None:
    """Else a worker would wait for ever for a main process that was killed."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _do(item: Item) -> Record:
    return _process(item)
