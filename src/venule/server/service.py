"""The state that all routes share: settings, models, worker processes, queue and counters."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeVar, cast

from fastapi import Request

from venule.batch.pool import Pool, ProcessLostError
from venule.errors import VenuleError
from venule.models import Card
from venule.server.metrics import Metrics
from venule.server.problem_json import Problem
from venule.server.settings import Settings
from venule.server.uploads import read_body
from venule.workflows import SegmentPhotograph

T = TypeVar("T")
DISCONNECT_CHECK = 1.0  # seconds between two checks that the client is still connected
PATIENCE = 2.0  # seconds in which a process answers, however busy it is
MAX_TASKS = 200  # photographs after which a process is replaced, so that memory does not grow


class Service:
    """One service.

    Raises:
        ModelError: a model cannot be read.
    """

    def __init__(self, settings: Settings) -> None:
        """Start nothing yet."""
        self.settings = settings
        self.models: Mapping[str, tuple[str, Card]] = settings.models()
        warm_up = (SegmentPhotograph(threads=settings.threads),)
        self.pool = Pool(settings.processes, initializer=_warm_up, initargs=warm_up, max_tasks=MAX_TASKS)
        self.requests = 0  # that have a place in the queue or are processed
        self.held_bytes = 0  # uploads in memory
        self._calls: set[Future[Any]] = set()
        self._asked: asyncio.Task[int] | None = None
        self.metrics = Metrics()
        self.metrics.gauge("venule_processes_ready", "worker processes that have started", lambda: self.pool.ready)
        self.metrics.gauge("venule_processes_busy", "worker processes that are busy", lambda: self.busy)
        self.metrics.gauge("venule_requests_waiting", "requests that wait", lambda: self.waiting)
        self.metrics.gauge("venule_held_bytes", "uploads in memory", lambda: self.held_bytes)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run the worker processes during the block."""
        watching = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            watching.cancel()
            await asyncio.to_thread(self.pool.close)

    async def answering(self) -> int:
        """Number of processes that answer within `PATIENCE`. They are asked once for all who want to know."""
        if self._asked is None or self._asked.done():
            self._asked = asyncio.create_task(asyncio.to_thread(self.pool.answering, PATIENCE))
        return await asyncio.shield(self._asked)

    async def _watch(self) -> None:
        """Start processes where there are none, and find those that no longer answer before they get a photograph."""
        starting = self.pool.start()
        while True:
            await self.answering()
            if not self.pool.ready and not self.requests and all(start.done() for start in starting):
                starting = self.pool.start()
            await asyncio.sleep(PATIENCE)

    @property
    def busy(self) -> int:
        """Number of processes that work on a photograph."""
        return sum(call.running() for call in list(self._calls))

    @property
    def waiting(self) -> int:
        """Number of requests that wait for a process."""
        return max(0, self.requests - self.busy)

    @contextmanager
    def admit(self, request: Request, *, max_bytes: int) -> Iterator[AsyncGenerator[bytes]]:
        """Give a request a place in the queue, before anything of its upload is read; the value is the upload.

        Raises:
            Problem: 503, the queue is full, or other uploads use all the memory that is reserved for them.
        """
        settings, held = self.settings, 0
        if self.requests >= settings.processes + settings.waiting:
            retry = {"Retry-After": str(2 + self.requests // settings.processes)}
            raise Problem(503, "busy", "the queue is full: try again in a few seconds", headers=retry)

        def count(size: int) -> None:
            nonlocal held
            held += size
            self.held_bytes += size
            if self.held_bytes > settings.memory_bytes:
                message = "other uploads use all the memory that is reserved for them: try again in a few seconds"
                raise Problem(503, "busy", message, headers={"Retry-After": "5"})

        self.requests += 1
        try:
            yield read_body(request, count, limit=max_bytes, silence=settings.silence)
        finally:
            self.requests -= 1
            self.held_bytes -= held

    async def call(self, request: Request, function: Callable[..., T], *args: Any, photographs: int = 1) -> T:
        """Call a function of a module in a worker process, within the time limit for so many photographs.

        Raises:
            Problem: 408, the client has disconnected; a call that has not started is given up.
            VenuleError: what the function raises; or the process died or reached the time limit.
        """
        future = self.pool.submit(function, *args, timeout=self.settings.seconds * photographs)
        self._calls.add(future)
        future.add_done_callback(self._calls.discard)
        result = asyncio.wrap_future(future)
        try:
            while not result.done():
                await asyncio.wait({result}, timeout=DISCONNECT_CHECK)
                if not result.done() and await request.is_disconnected():
                    raise Problem(408, "gone", "the client has disconnected")
            value = result.result()
        except VenuleError as error:
            self.metrics.failed.labels(error.reason).inc()
            if isinstance(error, ProcessLostError):
                logging.getLogger("venule.server").warning("%s", error)
                self.metrics.lost.labels(error.reason).inc()
                raise VenuleError(f"{error}: try a smaller copy of the photograph", reason=error.reason) from error
            raise
        finally:
            result.cancel()
        self.metrics.done.labels(function.__name__).inc()
        return value


def service_of(request: Request) -> Service:
    """The service of a request."""
    return cast(Service, request.app.state.service)


def _warm_up(segmentation: SegmentPhotograph) -> None:
    from venule.server import worker_tasks  # noqa: F401 - in the worker process: the service itself does not need them
    from venule.workflows.analyse import warm_up

    warm_up(segmentation)
