"""What the routes share: settings, processes, models, counters."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import TypeVar, cast

from fastapi import Request

from venule.errors import VenuleError
from venule.models import Card
from venule.server.metrics import Metrics
from venule.server.pool import Pool
from venule.server.problems import Problem
from venule.server.rate import Rate
from venule.server.seen import Seen
from venule.server.settings import Settings
from venule.server.upload import Held
from venule.workflows import SegmentPhotograph

T = TypeVar("T")
LOOKING = 1.0  # seconds between two looks at whether the client is still there


class Service:
    """One service, from its start to its end.

    Args:
        settings: how it runs.

    Raises:
        ModelError: a model cannot be read.
    """

    def __init__(self, settings: Settings) -> None:
        """Start nothing yet."""
        self.settings = settings
        limits = settings.limits
        self.models: Mapping[str, tuple[str, Card]] = settings.models()
        self.metrics = Metrics()
        self.rate = Rate(limits.rate, limits.burst)
        self.held = Held(limits.held_bytes)
        self.pool = Pool(
            settings.processes,
            waiting=limits.waiting,
            warm_up=partial(_warm_up, SegmentPhotograph(threads=settings.threads)),
            lost=lambda reason: self.metrics.lost.labels(reason).inc(),
        )
        self.seen = Seen(limits.seen_bytes, limits.seen_seconds)
        self.metrics.gauge("venule_processes_ready", "processes that wait for work or do it", lambda: self.pool.ready)
        self.metrics.gauge("venule_processes_busy", "processes that do it", lambda: self.pool.busy)
        self.metrics.gauge("venule_requests_waiting", "requests that wait", lambda: self.pool.waiting)
        self.metrics.gauge("venule_held_bytes", "uploads in memory", lambda: self.held.bytes)
        self.metrics.gauge("venule_seen_bytes", "results in memory for a report", lambda: self.seen.bytes)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Processes, for as long as the block lasts."""
        self.pool.start()
        try:
            yield
        finally:
            await asyncio.to_thread(self.pool.stop)

    async def work(self, request: Request, name: str, work: Awaitable[T]) -> T:
        """The result of some work, which is given up when the client goes away before it has begun.

        Args:
            request: of the client.
            name: of the work, for the counters.
            work: of `Pool.do`.

        Raises:
            Problem: what went wrong.
        """
        task = asyncio.ensure_future(work)
        try:
            while not task.done():
                await asyncio.wait({task}, timeout=LOOKING)
                if not task.done() and await request.is_disconnected():
                    raise Problem(408, "gone", "the client has gone away")
            result = task.result()
        except VenuleError as error:
            self.metrics.failed.labels(error.reason).inc()
            raise
        finally:
            task.cancel()
        self.metrics.done.labels(name).inc()
        return result


def service_of(request: Request) -> Service:
    """The service that a request has come to."""
    return cast(Service, request.app.state.service)


def _warm_up(finding: SegmentPhotograph) -> None:
    from venule.server import tasks  # noqa: F401
    from venule.workflows.analyse import warm_up  # in the process of the pool: the service itself needs no measuring

    warm_up(finding)
