"""The cost of a network on this machine, each measured in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter

from venule.batch.outputs import write_whole
from venule.errors import VenuleError
from venule.study.plan import NetworkPlan

COSTS_FILE = "costs.json"
_SCRIPT = Path(__file__).with_name("forward_pass.py")


class Cost(BaseModel):
    """Parameters of a network, and the cost of one forward pass of a batch of one on the CPU.

    Attributes:
        side: of the square input that was timed, pixels.
        trainable: parameters that gradients reach.
        total: with the running statistics of batch normalisation.
        multiply_adds: of a forward pass at 512x512.
        milliseconds: median over `passes`.
        peak_bytes: memory of the network and its passes.
        threads: of the arithmetic.
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


def find_costs(plans: tuple[NetworkPlan, ...], output: Path, *, side: int) -> tuple[tuple[Cost, ...], dict[str, str]]:
    """The cost of each network, from `costs.json` or measured now and kept there.

    Returns:
        The costs, and by the name of a network why it has none.
    """
    path, kind = output / COSTS_FILE, TypeAdapter(tuple[Cost, ...])
    known = kind.validate_json(path.read_bytes()) if path.is_file() else ()
    costs, failed = [], {}
    for plan in plans:
        same = [c for c in known if (c.network, c.arguments, c.side) == (plan.network, plan.arguments, side)]
        try:
            costs.append(same[0] if same else _measure(plan, side))
        except VenuleError as error:
            failed[plan.network] = str(error)
    write_whole(path, kind.dump_json(tuple(costs), indent=1) + b"\n")
    return tuple(costs), failed


def _measure(plan: NetworkPlan, side: int) -> Cost:
    request = json.dumps([plan.network, plan.arguments, side])
    # -P: or the files beside the script could be imported as modules.
    command = [sys.executable, "-P", str(_SCRIPT), request]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["the process was killed, perhaps out of memory"])[-1]
        raise VenuleError(f"the cost of {plan.network} at {side}x{side} cannot be measured: {last}")
    return Cost.model_validate_json(done.stdout.strip().splitlines()[-1])
