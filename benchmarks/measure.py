"""How long measuring takes: `venule.measure` alone, and the commands from start to exit.

    python benchmarks/measure.py FOLDER... [--photographs 5]

The first table is of `venule.measure` in one process, after the photograph has been segmented: the median over some
photographs of each folder, beside the seconds of all cores together. Then `venule measure` and `venule report` run on
the whole folder, beside `venule segment`, with the processes that they choose; the peak memory is that of the largest.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import venule
from venule.report import Table
from venule.workflows import PHOTOGRAPH_SUFFIXES

# In a process of its own, so that the peak is of this command's children alone.
_TIMED = (
    "import resource, subprocess, sys, time; start = time.perf_counter();"
    "code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL);"
    "print(code, time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
)


def timed(*arguments: object) -> tuple[float, float]:
    """Seconds and peak megabytes of a venule command."""
    command = [sys.executable, "-c", _TIMED, sys.executable, "-m", "venule", *map(str, arguments)]
    code, seconds, peak = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    if code not in ("0", "1"):
        raise SystemExit(f"venule {' '.join(map(str, arguments))} ended with {code}")
    return float(seconds), float(peak) / 1024


def measured(photographs: list[Path]) -> tuple[float, float]:
    """Median seconds of `venule.measure`, on the clock and of all cores together."""
    times = []
    for photograph in (photographs[0], *photographs):  # the first loads libraries, and does not count
        found = venule.segment(photograph)
        start, cores = time.perf_counter(), time.process_time()
        venule.measure(found)
        times.append((time.perf_counter() - start, time.process_time() - cores))
    clock, cores = (statistics.median(column) for column in zip(*times[1:], strict=True))
    return clock, cores


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--photographs", type=int, default=5, help="of each folder, for the first table")
    arguments = parser.parse_args()
    found = {
        folder: sorted(path for path in folder.iterdir() if path.suffix.lower() in PHOTOGRAPH_SUFFIXES)
        for folder in arguments.folders
    }
    alone: list[tuple[str, ...]] = []
    for folder, photographs in found.items():
        chosen = photographs[:: max(1, len(photographs) // arguments.photographs)]
        clock, cores = measured(chosen)
        alone.append((str(folder), str(len(chosen)), f"{clock:.2f}", f"{cores:.2f}"))
    print(Table("venule.measure, each", ("photographs", "number", "s", "s of all cores"), tuple(alone)).to_markdown())
    rows = []
    for folder, photographs in found.items():
        number = len(photographs)
        with tempfile.TemporaryDirectory() as out:
            commands = {
                "segment": ("segment", folder, "-o", f"{out}/segment"),
                "measure": ("measure", folder, "-o", f"{out}/measure"),
                "report": ("report", f"{out}/measure"),
            }
            for name, command in commands.items():
                seconds, peak = timed(*command)
                rows.append(
                    (str(folder), name, str(number), f"{seconds:.1f}", f"{seconds / number:.2f}", f"{peak:.0f}")
                )
            size = Path(out, "measure", "report.html").stat().st_size / 2**20
        print(f"report.html of {folder}: {size:.1f} MB", file=sys.stderr)
    columns = ("photographs", "command", "number", "s", "s each", "peak MB")
    print(Table("The commands, start to exit", columns, tuple(rows)).to_markdown())


if __name__ == "__main__":
    main()
