"""What an operator watches, in the text format of Prometheus."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from starlette.types import Scope

SECONDS = (0.01, 0.05, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120)


class Metrics:
    """Counters of one service, with a registry of their own: there may be several in a process, as in tests."""

    def __init__(self) -> None:
        """Count from zero."""
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.requests = self._counter("venule_requests", "answers by route, method and status", "route method status")
        self.seconds = Histogram(
            "venule_request_seconds",
            "from the first byte of a request to the first of its answer",
            ["route"],
            buckets=SECONDS,
            registry=self.registry,
        )
        self.lost = self._counter("venule_processes_lost", "processes that died or took too long", "reason")
        self.failed = self._counter("venule_photographs_failed", "photographs without a result, by reason", "reason")
        self.done = self._counter("venule_photographs", "photographs with a result, by what was asked", "work")

    def gauge(self, name: str, meaning: str, value: Callable[[], float]) -> None:
        """Show a number that is asked for each time."""
        Gauge(name, meaning, registry=self.registry).set_function(value)

    def observe(self, scope: Scope, status: int, seconds: float) -> None:
        """Count an answer."""
        route = scope.get("route")
        path = getattr(route, "path", "") or "none"  # never the address itself: there may be any number of those
        self.requests.labels(path, scope["method"] if path != "none" else "", str(status)).inc()
        self.seconds.labels(path).observe(seconds)

    def text(self) -> bytes:
        """All of them."""
        return generate_latest(self.registry)

    def _counter(self, name: str, meaning: str, labels: str) -> Counter:
        return Counter(name, meaning, labels.split(), registry=self.registry)
