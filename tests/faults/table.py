"""Try each fault many times and print what came of it, as a Markdown table.

python tests/faults/table.py --times 20 [--only NAME] [--slow] [--seed 0]

The exit code is 1 where anything was lost, doubled, corrupted or otherwise wrong; how is said on standard error.
"""

import argparse
import re
import shutil
import sys
import tempfile
import time
import traceback
from pathlib import Path

from ground import BrokenPromiseError, Damage, Ground, Trial
from scenarios import FAULTS, CannotTryError


def try_fault(ground: Ground, name: str, seed: int, number: int) -> Damage | None:
    """What one try has damaged; None where it cannot be tried here."""
    trial = Trial(ground, ground.folder / f"trial-{name}-{number}", [seed, number])
    try:
        FAULTS[name].inject(trial)
    except CannotTryError:
        return None
    except BrokenPromiseError as error:
        trial.damage.otherwise.append(str(error))
    except Exception:  # of the scenario, which is no better than damage
        trial.damage.otherwise.append(traceback.format_exc())
    if trial.damage:
        print(f"{name}, seed {seed}, try {number}, {trial.folder}: {trial.damage}", file=sys.stderr, flush=True)
    else:
        shutil.rmtree(trial.folder, ignore_errors=True)
    return trial.damage


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--only", default="", help="pattern for the names of faults")
    parser.add_argument("--slow", action="store_true", help="the slow ones, too")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    ground = Ground(Path(tempfile.mkdtemp(prefix="faults-")))
    damaged = False
    print("| Fault | Times tried | Lost | Doubled | Corrupted | Otherwise wrong |\n|---|---:|---:|---:|---:|---:|")
    for name in [name for name in FAULTS if re.search(given.only, name) and (given.slow or not FAULTS[name].slow)]:
        began = time.monotonic()
        tries = [try_fault(ground, name, given.seed, number) for number in range(given.times)]
        tried = [damage for damage in tries if damage is not None]
        counts = [sum(len(getattr(damage, kind)) for damage in tried) for kind in vars(Damage())]
        damaged = damaged or any(counts)
        cells = [FAULTS[name].title, str(len(tried)), *(map(str, counts) if tried else "----")]
        print(f"| {' | '.join(cells)} |", flush=True)
        print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    if not damaged:
        shutil.rmtree(ground.folder, ignore_errors=True)
    return int(damaged)


if __name__ == "__main__":
    sys.exit(main())
