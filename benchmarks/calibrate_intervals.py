"""Calibrate the intervals of measurements on phantoms: writes src/venule/measurement/intervals.json.

    python -m benchmarks.calibrate_intervals [--phantoms 160] [--jobs 2]

`python -m benchmarks.validation` measures how often the intervals hold the truth of other phantoms.
"""

import argparse
import json
from pathlib import Path

from benchmarks.validation.phantoms import KINDS, by_measurement, compare_phantoms

import venule.measurement
from venule.measurement.intervals import calibrate

FIRST_SEED = 500_000  # far from those that models learn from, and that `python -m benchmarks.validation` takes
FEWEST = 20  # phantoms


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--phantoms", type=int, default=160)
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    compared = compare_phantoms(range(FIRST_SEED, FIRST_SEED + arguments.phantoms), jobs=arguments.jobs)
    content = {}
    for kind in KINDS:
        rows = []
        for (name, region), group in by_measurement(compared, kind).items():
            known = [o for o in group if o.truth is not None and o.value.value]
            if len(known) >= FEWEST and name != "calibre_smallest":  # it follows from the resolution
                errors = [o.truth / o.value.value - 1 for o in known]
                limits = calibrate(errors, [o.half_range / abs(o.value.value) for o in known])
                numbers = (round(number, 4) for number in (limits.lower, limits.upper, limits.beside))
                rows.append([name, region, *numbers, limits.phantoms])
        content[kind] = rows
    lines = ",\n".join(
        f' "{kind}": [\n' + ",\n".join(f"  {json.dumps(row)}" for row in rows) + "\n ]"
        for kind, rows in content.items()
    )
    path = Path(venule.measurement.__file__).parent / "intervals.json"
    path.write_text("{\n" + lines + "\n}\n")
    print(f"{path}: {', '.join(f'{len(rows)} {kind}' for kind, rows in content.items())}")


if __name__ == "__main__":
    main()
