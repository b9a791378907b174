"""How often one address may ask."""

import time
from collections import OrderedDict
from collections.abc import Callable

MOST_ADDRESSES = 10_000  # remembered; of more, those that asked longest ago are forgotten


class Rate:
    """A bucket of tokens for each address, which fills at a steady rate (token bucket).

    Args:
        rate: requests a second in the long run.
        burst: requests at once.
        clock: seconds.
    """

    def __init__(self, rate: float, burst: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        """All buckets are full."""
        self._rate, self._burst, self._clock = rate, burst, clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_for(self, address: str) -> float:
        """0.0 if the address may ask now, which is counted; otherwise seconds until it may."""
        now = self._clock()
        tokens, then = self._buckets.pop(address, (float(self._burst), now))
        tokens = min(float(self._burst), tokens + (now - then) * self._rate)
        wait = 0.0 if tokens >= 1 else (1 - tokens) / self._rate
        self._buckets[address] = (tokens if wait else tokens - 1, now)
        if len(self._buckets) > MOST_ADDRESSES:
            self._buckets.popitem(last=False)
        return wait
