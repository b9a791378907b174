"""Counters for Prometheus."""

from collections.abc import Callable
from functools import partial

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from starlette.types import Scope

SECONDS = (0.01, 0.05, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120)


class Metrics:
    """Counters of one service, in a registry of their own: tests run several services in a process."""

    def __init__(self) -> None:
        """Count from zero."""
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        counter = partial(Counter, registry=self.registry)
        about = "seconds from the start of a request to the start of its answer"
        self.requests = counter("venule_requests", "answers", ["route", "method", "status"])
        self.seconds = Histogram("venule_request_seconds", about, ["route"], buckets=SECONDS, registry=self.registry)
        self.lost = counter("venule_processes_lost", "processes that died or took too long", ["reason"])
        self.failed = counter("venule_photographs_failed", "photographs that failed", ["reason"])
        self.done = counter("venule_photographs", "photographs that were processed", ["work"])

    def gauge(self, name: str, meaning: str, value: Callable[[], float]) -> None:
        """Add a number that is read each time."""
        Gauge(name, meaning, registry=self.registry).set_function(value)

    def observe(self, scope: Scope, status: int, seconds: float) -> None:
        """Count an answer."""
        path = getattr(scope.get("route"), "path", "") or "none"  # never the address itself: those are unlimited
        self.requests.labels(path, scope["method"] if path != "none" else "", str(status)).inc()
        self.seconds.labels(path).observe(seconds)

    def text(self) -> bytes:
        """All of them, in the text format of Prometheus."""
        return generate_latest(self.registry)
