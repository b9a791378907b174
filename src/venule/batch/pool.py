"""A pool of worker processes where each call has a time limit and a dying process fails only its own call.

Not concurrent.futures and not pebble: the first has no time limit and waits forever for a process that was killed while
it sent its answer; the second shares one pipe among its workers, so that a stopped or killed idle worker stops all.
"""

import multiprocessing
import os
import pickle
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from types import ModuleType
from typing import Any, Self, TypeVar, cast

from venule.errors import VenuleError

T = TypeVar("T")
MAX_TASKS = 1000  # calls after which a process is replaced, so that what libraries never free stays small
_starting = threading.Lock()
START_LIMIT = 300.0  # seconds to start a process and load its libraries


class ProcessLostError(VenuleError):
    """A worker process died (reason "crashed") or was killed at its time limit (reason "timed-out")."""

    reason = "crashed"


class Pool:
    """Worker processes that call functions; each is started when it is first needed, or by `start`.

    Args:
        processes: number of processes.
        initializer: called with `initargs` in each process before its first call; must survive pickling.
        initargs: its arguments.
        max_tasks: calls after which a process is replaced.

    Example:
        >>> with Pool(1) as pool:
        ...     pool.submit(pow, 2, 10, timeout=60).result()
        1024
    """

    def __init__(
        self,
        processes: int,
        *,
        initializer: Callable[..., object] | None = None,
        initargs: tuple[Any, ...] = (),
        max_tasks: int = MAX_TASKS,
    ) -> None:
        """Start nothing yet."""
        self._begin, self._max_tasks = (initializer, initargs), max_tasks
        self._processes, self._closing = processes, threading.Event()
        self._idle: list[_Worker] = []
        self._workers: set[_Worker] = set()
        # One thread waits for each process.
        self._threads = ThreadPoolExecutor(processes, "venule-pool", initializer=_block_ctrl_c)

    @property
    def ready(self) -> int:
        """Number of processes that are started and initialized."""
        return sum(worker.ready and worker.is_alive for worker in list(self._workers))

    def answering(self, seconds: float) -> int:
        """Number of processes that answer within some seconds, also those that are in a call.

        One that does not is replaced before the next call.
        """
        asked = [worker for worker in list(self._workers) if worker.ready and worker.is_alive and worker.ask()]
        silent, end = {worker.line: worker for worker in asked}, time.monotonic() + seconds
        while silent and (answers := wait(silent, max(0.0, end - time.monotonic()))):
            for line in answers:
                silent.pop(cast(Connection, line)).hear()
        for worker in silent.values():
            worker.silent = True
        return len(asked) - len(silent)

    def start(self) -> list[Future[None]]:
        """Start all processes now, in the background."""
        return [self._threads.submit(lambda: self._give_back(self._take())) for _ in range(self._processes)]

    def submit(self, function: Callable[..., T], *args: Any, timeout: float) -> Future[T]:
        """Call a function of a module in one of the processes, for `timeout` seconds at most.

        The future raises what the function raises; MemoryError as VenuleError (reason "out-of-memory"); and
        ProcessLostError where the process died or reached the time limit. Other calls go on.
        """
        return self._threads.submit(self._call, function, args, timeout)

    def close(self) -> None:
        """End all processes, also those that are in a call."""
        self._closing.set()
        for worker in list(self._workers):
            worker.kill()
        self._threads.shutdown(cancel_futures=True)
        for worker in list(self._workers):  # the idle ones, which no thread waits for
            self._end(worker)

    def __enter__(self) -> Self:
        """Use in a `with`, which closes it."""
        return self

    def __exit__(self, *error: object) -> None:
        """Close it."""
        self.close()

    def _call(self, function: Callable[..., T], args: tuple[Any, ...], timeout: float) -> T:
        worker = self._take()
        try:
            returned, answer = worker.call((function, args), timeout)
        finally:
            self._give_back(worker)
        if not returned:
            raise answer
        return answer  # type: ignore[no-any-return]

    def _take(self) -> "_Worker":
        with suppress(IndexError):  # there is none
            while True:
                worker = self._idle.pop()
                if worker.is_alive and not worker.silent:
                    return worker
                self._end(worker)
        worker = _Worker(*self._begin)
        self._workers.add(worker)
        if self._closing.is_set():
            worker.kill()
        try:
            worker.wait_until_ready()
        except ProcessLostError:
            self._end(worker)
            raise
        return worker

    def _give_back(self, worker: "_Worker") -> None:
        if worker.is_alive and worker.calls < self._max_tasks and not self._closing.is_set():
            self._idle.append(worker)
        else:
            self._end(worker)

    def _end(self, worker: "_Worker") -> None:
        worker.end()
        self._workers.discard(worker)


class _Worker:
    """One process, which does one call at a time."""

    def __init__(self, initializer: Callable[..., object] | None, initargs: tuple[Any, ...]) -> None:
        # spawn: the threads of onnxruntime and OpenCV do not survive a fork.
        context = multiprocessing.get_context("spawn")
        self._connection, far = context.Pipe()
        self.line, far_line = context.Pipe()
        self._process = context.Process(target=_serve, args=(far, far_line, initializer, initargs), daemon=True)
        with _without_script(initializer, initargs):
            self._process.start()
        for end in (far, far_line):  # now only the process has them: when it dies, reading and writing here fail
            end.close()
        self.calls, self.ready, self._killed = 0, False, False
        self.silent, self._asked = False, False

    @property
    def is_alive(self) -> bool:
        return not self._killed and self._process.is_alive()  # a killed process lives on for a moment

    def wait_until_ready(self) -> None:
        try:
            self._until(START_LIMIT, self._connection.recv)
        except ProcessLostError as error:
            raise ProcessLostError(
                'no worker process could be started: a script must call venule below `if __name__ == "__main__":`, and '
                "there must be memory for one more process"
            ) from error
        self.ready = True

    def ask(self) -> bool:
        """Ask on the second line whether it lives, once until it answers; the value is whether it can be asked."""
        with suppress(OSError):
            if not self._asked:
                self.line.send(None)
            self._asked = True
        return self._asked

    def hear(self) -> None:
        with suppress(EOFError, OSError):
            self.line.recv()
            self.silent, self._asked = False, False

    def call(self, task: tuple[Callable[..., Any], tuple[Any, ...]], timeout: float) -> tuple[bool, Any]:
        self.calls += 1

        def ask() -> tuple[bool, Any]:
            self._connection.send(task)  # large arguments wait for a process that reads: under the limit, too
            return self._connection.recv()  # type: ignore[no-any-return]

        return self._until(timeout, ask)

    def kill(self) -> None:
        self._killed = True
        self._process.kill()

    def end(self) -> None:
        self.kill()
        self._process.join()
        self._connection.close()

    def _until(self, timeout: float, do: Callable[[], T]) -> T:
        """What `do` returns; at the time limit the process is killed, which ends any waiting for it."""
        late = threading.Event()

        def end_it() -> None:
            late.set()
            self.kill()

        timer = threading.Timer(min(timeout, threading.TIMEOUT_MAX), end_it)
        timer.daemon = True
        timer.start()
        try:
            return do()
        except (EOFError, OSError) as error:
            self.kill()
            if late.is_set():
                raise ProcessLostError(f"it took more than {timeout:g} s", reason="timed-out") from error
            raise ProcessLostError("the process that worked on it died (out of memory, or a bug)") from error
        finally:
            timer.cancel()


@contextmanager
def _without_script(*needed: object) -> Iterator[None]:
    """Start a process that does not run the user's script again, as spawn does to find what is defined there.

    Without this, a script without `if __name__ == "__main__":` would start itself in each process. A process that needs
    something from the script is started as usual.
    """
    script = sys.modules["__main__"]
    if b"__main__" in pickle.dumps(needed):
        yield
        return
    with _starting:
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = script


def _block_ctrl_c() -> None:
    """Keep Ctrl-C from this thread and the processes that it starts: the main thread decides what it means."""
    if hasattr(signal, "pthread_sigmask"):  # not on Windows
        resource_tracker.ensure_running()  # it would unblock the signal when it starts with the first process
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])


def _serve(
    connection: Connection, line: Connection, initializer: Callable[..., object] | None, initargs: tuple[Any, ...]
) -> None:
    """What a worker process does: one call after the other, until the pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # on Windows
    threading.Thread(target=_answer_on, args=(line,), daemon=True).start()
    if initializer is not None:
        initializer(*initargs)
    connection.send(None)
    while True:
        try:
            function, args = connection.recv()
        except EOFError:
            return
        try:
            answer = True, function(*args)
        except MemoryError:
            answer = False, VenuleError("there is not enough memory for it now", reason="out-of-memory")
        except Exception as error:
            if not isinstance(error, VenuleError):  # a bug; its traceback is not pickled
                error.add_note(f"In the worker process:\n{traceback.format_exc()}")
            answer = False, error
        connection.send(answer)


def _answer_on(line: Connection) -> None:
    """Answer each question; when the parent is gone, end at once: another run may begin in the same folder."""
    with suppress(EOFError, OSError):
        while True:
            line.send(line.recv())
    os._exit(1)
