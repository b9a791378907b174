"""The local engine: this process, or several, on one machine."""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait

from venule.batch.items import Item
from venule.batch.journal import Record
from venule.batch.work import Process
from venule.errors import OutputError

TIME_LIMIT = 300.0  # seconds for one file


def run_here(process: Process, items: Iterable[Item]) -> Generator[Record, None, None]:
    """One file after the other, in this process."""
    yield from map(process, items)


def run_in_processes(
    process: Process, items: Iterable[Item], *, jobs: int, limit: float = TIME_LIMIT
) -> Generator[Record, None, None]:
    """Several files at a time, each in one of `jobs` processes.

    A file whose process dies, or that takes longer than the limit, is tried once more when all others are done, alone;
    if it fails again it is recorded as crashed or timed out. No other file is touched by it.

    Args:
        process: is sent to each process once.
        items: taken as they are needed.
        jobs: number of processes.
        limit: seconds for one file.

    Yields:
        The records, in the order in which they are finished.

    Raises:
        OutputError: nothing can be written any more.
    """
    rest, again = iter(items), list[Item]()
    workers: list[Worker] = []
    try:
        while True:
            idle = [worker for worker in workers if worker.item is None]
            while idle or len(workers) < jobs:
                item = next(rest, None)
                if item is None:
                    break
                if not idle:
                    idle.append(Worker(process))
                    workers.append(idle[-1])
                idle.pop().begin(item)
            busy = [worker for worker in workers if worker.item is not None]
            if not busy:
                break
            for worker in _finished(busy, limit):
                item = worker.item
                record = worker.end()
                if record:
                    yield record
                else:
                    workers.remove(worker)
                    again += [item] if item else []
    finally:
        for worker in workers:
            worker.stop()
    for item in again:
        yield do_alone(process, item, limit=limit)


def do_alone(process: Process, item: Item, *, limit: float) -> Record:
    """A file in a process of its own; if that dies or takes too long, the record says so."""
    worker = Worker(process)
    try:
        worker.begin(item)
        _finished([worker], limit)
        timed_out = not worker.connection.poll()
        return worker.end() or process.lost(item, limit=limit if timed_out else None)
    finally:
        worker.stop()


class Guarded:
    """Does one file after the other in one process, which is replaced when a file ends it.

    Args:
        process: what to do.
        limit: seconds for one file.
    """

    def __init__(self, process: Process, *, limit: float) -> None:
        """Start nothing yet."""
        self._process, self._limit = process, limit
        self._worker: Worker | None = None

    def __call__(self, item: Item) -> Record:
        """The record of a file; one that ends the process is tried again in a new one.

        Raises:
            OutputError: nothing can be written any more.
        """
        worker = self._worker = self._worker or Worker(self._process)
        worker.begin(item)
        _finished([worker], self._limit)
        record = worker.end()
        if record is None:
            self._worker = None
            record = do_alone(self._process, item, limit=self._limit)
        return record


class Worker:
    """A process that works on one file at a time, and can be killed.

    Args:
        process: what it does.

    Attributes:
        item: under way; None when it waits.
        began: when, by the monotonic clock.
    """

    def __init__(self, process: Process) -> None:
        """Start it."""
        # spawn: the threads of onnxruntime and OpenCV do not survive a fork.
        context = multiprocessing.get_context("spawn")
        self.connection, far = context.Pipe()
        self._process = context.Process(target=_work, args=(process, far), daemon=True)
        with _deaf_to_ctrl_c():
            self._process.start()
        far.close()  # now only the worker has it, so that its death is the end of the line
        self.item: Item | None = None
        self.began = 0.0

    def begin(self, item: Item) -> None:
        """Give it a file."""
        self.item, self.began = item, time.monotonic()
        with suppress(OSError):  # it is dead, which `end` finds
            self.connection.send(item)

    def end(self) -> Record | None:
        """The record of its file, when it has one; otherwise None, and the process is killed.

        Raises:
            OutputError: nothing can be written any more.
        """
        self.item = None
        try:
            answer = self.connection.recv() if self.connection.poll() else None
        except (EOFError, OSError):
            answer = None
        if isinstance(answer, OutputError):
            raise answer
        if answer is None:
            self.stop(kill=True)
        return answer

    def stop(self, *, kill: bool = False) -> None:
        """End the process: at once if it is told so, or has a file under way."""
        if kill or self.item is not None:
            self._process.kill()
        self.connection.close()
        self._process.join()


def _finished(busy: list[Worker], limit: float) -> list[Worker]:
    """Wait for workers that have a record, have died or take too long."""
    by_connection = {worker.connection: worker for worker in busy}
    left = min(worker.began for worker in busy) + limit - time.monotonic()
    ready = [by_connection[one] for one in wait(list(by_connection), max(0.0, left)) if isinstance(one, Connection)]
    late = time.monotonic() - limit
    return ready or [worker for worker in busy if worker.began <= late]


@contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    """Ctrl-C waits until the block has ended; what is started in it is deaf until it says otherwise."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    resource_tracker.ensure_running()  # it would unblock the signal when it starts with the first process
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _work(process: Process, connection: Connection) -> None:
    """What a worker does: file after file, until the line ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the main process, which lets the workers finish
    threading.Thread(target=_die_with_parent, daemon=True).start()
    while True:
        try:
            item = connection.recv()
        except EOFError:
            return
        try:
            answer: Record | OutputError = process(item)
        except OutputError as error:
            answer = error
        connection.send(answer)


def _die_with_parent() -> None:
    """At once, in the middle of a file: another run may begin in the same folder."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
