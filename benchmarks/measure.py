"""How long `venule measure` and `venule report` take, start to exit, beside `venule segment` in the same run.

    python benchmarks/measure.py FOLDER...

Each command runs on the whole folder with the processes that it chooses; the peak memory is that of its largest one.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from venule.report import Table
from venule.workflows.segment import PHOTOGRAPH_SUFFIXES

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


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="+", type=Path)
    rows = []
    for folder in parser.parse_args().folders:
        number = sum(path.suffix.lower() in PHOTOGRAPH_SUFFIXES for path in folder.iterdir())
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
    print(Table("Measuring, start to exit", columns, tuple(rows)).to_markdown())


if __name__ == "__main__":
    main()
