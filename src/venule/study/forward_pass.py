"""Measure the cost of one network and print it as JSON; `costs.find_costs` runs this in a process of its own.

So the peak of its memory is that of one network, and the libraries of training, larger than a small network, are not
loaded.
"""

import json
import resource
import statistics
import sys
import time
from pathlib import Path

import torch

from venule import networks

PASSES, SECONDS = 5, 20.0  # forward passes that are timed: so many, or fewer when they take longer than this
_STATUS = Path("/proc/self/status")


def main(request: str) -> None:
    """Build, run and time a network; the request is JSON of its name, its arguments and the side of its input."""
    name, arguments, side = json.loads(request)
    before = _restart_peak()
    network = networks.create(name, **arguments).eval()
    photograph = torch.randn(1, 3, side, side)
    times: list[float] = []
    with torch.inference_mode():
        network(photograph)
        start = time.perf_counter()
        while len(times) < PASSES and (not times or time.perf_counter() - start < SECONDS):
            begin = time.perf_counter()
            network(photograph)
            times.append(time.perf_counter() - begin)
    peak = _peak_bytes() - before
    parameters = networks.count_parameters(network)
    cost = {
        "network": name,
        "arguments": arguments,
        "side": side,
        "trainable": parameters.trainable,
        "total": parameters.total,
        "multiply_adds": networks.multiply_adds(network, size=512),
        "milliseconds": round(1000 * statistics.median(times), 3),
        "passes": len(times),
        "peak_bytes": peak,
        "threads": torch.get_num_threads(),
    }
    print(json.dumps(cost))


def _restart_peak() -> int:
    """Reset the peak of this process's memory, and return its memory now, in bytes."""
    if not _STATUS.is_file():  # not Linux: the peak includes that of the imports
        return _peak_bytes()
    Path("/proc/self/clear_refs").write_text("5")
    return _read_status("VmRSS")


def _peak_bytes() -> int:
    # Not getrusage on Linux: its peak begins with that of the process that started this one.
    if _STATUS.is_file():
        return _read_status("VmHWM")
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _read_status(field: str) -> int:
    line = next(line for line in _STATUS.read_text().splitlines() if line.startswith(f"{field}:"))
    return 1024 * int(line.split()[1])


if __name__ == "__main__":
    main(sys.argv[1])
