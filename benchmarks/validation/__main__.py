"""Validate every measurement: on exact shapes, on phantoms, and against observers.

python -m benchmarks.validation -o docs/explanations --data DATA
"""

import argparse
import sys
from pathlib import Path

from benchmarks.validation.run import validate


def main() -> None:
    """Write validation.md and its figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.validation", description=__doc__)
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder for validation.md and its figures")
    parser.add_argument("--data", type=Path, help="folder that contains CHASE_DB1 and HRF")
    parser.add_argument("--phantoms", type=int, default=100, help="number of phantoms to measure, 3 or more")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    options = parser.parse_args()
    document = validate(
        options.output,
        data=options.data,
        phantoms=options.phantoms,
        jobs=options.jobs,
        say=lambda line: print(line, file=sys.stderr),
    )
    print(document)


if __name__ == "__main__":
    main()
