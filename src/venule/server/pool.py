"""Processes that photographs are worked on in, so that the service goes on answering meanwhile."""

import asyncio
import contextlib
import logging
import multiprocessing
import os
import queue
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

from venule.errors import VenuleError
from venule.server.problems import Problem

STARTING = 300.0  # seconds that a process may take to load its libraries
MOST = 200  # photographs, after which a process is replaced: what libraries never give back stays small
READY = "ready"

log = logging.getLogger("venule.server")


class ProcessLostError(VenuleError):
    """The process that worked on a photograph died, or was killed because it took too long."""

    reason = "crashed"


@dataclass(frozen=True)
class _Ticket:
    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    seconds: float
    answer: "Future[Any]" = field(default_factory=Future)


class Pool:
    """A number of processes, and a bounded queue before them.

    Args:
        processes: number of them.
        waiting: how many may wait.
        warm_up: is called in each process at its start; must survive pickling.
        lost: is told the reason each time that a process is lost.
    """

    def __init__(
        self,
        processes: int,
        *,
        waiting: int,
        warm_up: Callable[[], None],
        lost: Callable[[str], None] = lambda reason: None,
    ) -> None:
        """Start nothing yet."""
        self.processes, self._places, self._warm_up, self._lost = processes, processes + waiting, warm_up, lost
        self._tickets: queue.SimpleQueue[_Ticket | None] = queue.SimpleQueue()
        self._keepers: list[threading.Thread] = []
        self.admitted = self.busy = 0
        self._ready = [False] * processes
        self._closing = threading.Event()
        self._lock = threading.Lock()

    def start(self) -> None:
        """Start the processes; work may be given at once."""
        self._keepers = [
            threading.Thread(target=self._keep, args=(number,), daemon=True) for number in range(self.processes)
        ]
        for keeper in self._keepers:
            keeper.start()

    def stop(self) -> None:
        """End the processes, also those at work."""
        self._closing.set()
        for _ in self._keepers:
            self._tickets.put(None)
        for keeper in self._keepers:
            keeper.join()

    @property
    def ready(self) -> int:
        """How many processes have loaded what they need."""
        return sum(self._ready)

    @property
    def waiting(self) -> int:
        """How many have a place and are not worked on."""
        return max(0, self.admitted - self.busy)

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place, from before the upload until the result.

        Raises:
            Problem: 503, all are taken.
        """
        if self.admitted >= self._places:
            raise Problem(
                503,
                "busy",
                f"{self.admitted} photographs are being worked on or wait, as many as there is room for: come back in "
                "a few seconds",
                headers={"Retry-After": str(2 + self.admitted // self.processes)},
            )
        self.admitted += 1
        try:
            yield
        finally:
            self.admitted -= 1

    async def do(self, function: Callable[..., Any], *arguments: Any, seconds: float) -> Any:
        """What a function gives, called in one of the processes.

        Args:
            function: of a module, so that it survives pickling.
            arguments: its own.
            seconds: that it may take once it has begun.

        Raises:
            ProcessLostError: the process died, or took too long.
            VenuleError: what the function raises.
        """
        ticket = _Ticket(function, arguments, seconds)
        self._tickets.put(ticket)
        return await asyncio.wrap_future(ticket.answer)  # cancelled, it is not begun

    def _keep(self, number: int) -> None:
        """Look after one process: give it work, and replace it when it is lost."""
        process = self._begin(number)
        while (ticket := self._tickets.get()) is not None and not self._closing.is_set():
            if not ticket.answer.set_running_or_notify_cancel():
                continue
            with self._lock:
                self.busy += 1
            try:
                if not process.usable:
                    process.stop()
                    process = self._begin(number)
                ticket.answer.set_result(process.do(ticket))
            except ProcessLostError as error:
                log.warning("%s", error)
                self._lost(error.reason)
                ticket.answer.set_exception(error)
            except BaseException as error:
                ticket.answer.set_exception(error)
            finally:
                with self._lock:
                    self.busy -= 1
        process.stop()

    def _begin(self, number: int) -> "_Process":
        self._ready[number] = False
        process = _Process(self._warm_up, self._closing)
        self._ready[number] = process.usable
        return process


class _Process:
    """One process, which does one thing at a time and can be killed."""

    def __init__(self, warm_up: Callable[[], None], closing: threading.Event) -> None:
        # spawn: the threads of onnxruntime and OpenCV do not survive a fork.
        context = multiprocessing.get_context("spawn")
        self._connection, far = context.Pipe()
        self._closing = closing
        self._process = context.Process(target=_work, args=(far, warm_up), daemon=True)
        self._process.start()
        far.close()
        self._done = 0
        self._lives = False
        with contextlib.suppress(EOFError, OSError):
            self._lives = self._answered(STARTING) and self._connection.recv() == READY

    @property
    def usable(self) -> bool:
        return self._lives and self._done < MOST and self._process.is_alive()

    def do(self, ticket: _Ticket) -> Any:
        if not self._lives:
            raise ProcessLostError("no process can be started to work on it: the log says why")
        self._done += 1
        with contextlib.suppress(OSError):  # it is dead, which is found below
            self._connection.send((ticket.function, ticket.arguments))
        if not self._answered(ticket.seconds):
            self._kill()
            raise ProcessLostError(
                f"it took more than {ticket.seconds:g} s: try a smaller copy of the photograph", reason="timed-out"
            )
        try:
            answer = self._connection.recv()
        except (EOFError, OSError) as error:
            self._kill()
            raise ProcessLostError(
                "the process that worked on it died, perhaps for want of memory: try a smaller copy of the photograph"
            ) from error
        if isinstance(answer, Exception):
            raise answer
        return answer

    def stop(self) -> None:
        self._kill()

    def _kill(self) -> None:
        self._lives = False
        self._process.kill()
        self._process.join()
        self._connection.close()

    def _answered(self, seconds: float) -> bool:
        """Wait for an answer, or for the end of the process, which is one, too."""
        step = 0.2
        while seconds > 0 and not self._closing.is_set():
            if self._connection.poll(min(step, seconds)):
                return True
            seconds -= step
        return False


def _work(connection: Connection, warm_up: Callable[[], None]) -> None:
    """What a process does: one thing after the other, until the line ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the service, which ends its processes
    threading.Thread(target=_die_with_parent, daemon=True).start()
    warm_up()
    connection.send(READY)
    while True:
        try:
            function, arguments = connection.recv()
        except EOFError:
            return
        try:
            answer = function(*arguments)
        except VenuleError as error:
            answer = error
        except MemoryError:
            answer = VenuleError("there is not enough memory for this photograph now", reason="out-of-memory")
        except Exception as error:
            logging.getLogger("venule.server").exception("unexpected")
            answer = VenuleError(
                f"a bug of venule: {type(error).__name__}; please report it", reason="unexpected-error"
            )
        connection.send(answer)


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
