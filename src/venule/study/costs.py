"""What a network costs on this machine, each measured in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter

from venule.batch.outputs import write_whole
from venule.errors import VenuleError
from venule.study.recipe import Entry

COSTS_FILE = "costs.json"
_SCRIPT = Path(__file__).with_name("forward_pass.py")


class Cost(BaseModel):
    """What one forward pass of a network takes on the CPU, a batch of one.

    Attributes:
        network: name of the architecture.
        arguments: what it was built with.
        side: of the square input that was timed, pixels.
        trainable: parameters that gradients reach.
        total: with the running statistics of batch normalisation.
        multiply_adds: of a forward pass at 512x512.
        milliseconds: median of the passes.
        passes: that were timed.
        peak_bytes: by which the network and its passes raised the peak of the process's memory.
        threads: that did the arithmetic.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    network: str
    arguments: dict[str, Any]
    side: int
    trainable: int
    total: int
    multiply_adds: int
    milliseconds: float
    passes: int
    peak_bytes: int
    threads: int


def find_costs(entries: tuple[Entry, ...], output: Path, *, side: int) -> tuple[tuple[Cost, ...], dict[str, str]]:
    """The cost of each network, from `costs.json` or measured now and kept there.

    Args:
        entries: the networks.
        output: folder of the study.
        side: of the input that is timed, pixels.

    Returns:
        The costs, and why a network has none, by its name.
    """
    path, kind = output / COSTS_FILE, TypeAdapter(tuple[Cost, ...])
    known = kind.validate_json(path.read_bytes()) if path.is_file() else ()
    costs, failed = [], {}
    for entry in entries:
        same = [c for c in known if (c.network, c.arguments, c.side) == (entry.network, entry.arguments, side)]
        try:
            costs.append(same[0] if same else measure_cost(entry, side=side))
        except VenuleError as error:
            failed[entry.network] = str(error)
    write_whole(path, kind.dump_json(tuple(costs), indent=1) + b"\n")
    return tuple(costs), failed


def measure_cost(entry: Entry, *, side: int) -> Cost:
    """Measure one network in a process of its own.

    Raises:
        VenuleError: it cannot be run; the message has the reason.
    """
    request = json.dumps([entry.network, entry.arguments, side])
    command = [sys.executable, "-P", str(_SCRIPT), request]  # -P: its neighbours are no modules for others to import
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it was killed, perhaps for want of memory"])[-1]
        raise VenuleError(f"the cost of {entry.network} at {side}x{side} cannot be measured: {last}")
    measured = json.loads(done.stdout.strip().splitlines()[-1])
    return Cost(network=entry.network, arguments=entry.arguments, side=side, **measured)
