"""How long venule takes to start, start to exit, and how large its base installation is.

    python benchmarks/start.py [PHOTOGRAPH] [--repeats 5] [--size]

Without a photograph, a phantom is measured. `--size` installs venule without extras in a new virtual environment, with
the versions in constraints.txt, and says what that takes on the disk. The time of the fastest of `--repeats` runs is
printed, and the least processor time, which other work on the machine hardly changes.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

ROOT = Path(__file__).parent.parent
VENULE = [sys.executable, "-m", "venule"]


def seconds(command: list[str], repeats: int) -> tuple[float, float]:
    """The least time and the least processor time of several runs of a command; {} becomes the number of the run."""
    taken, worked = [], []
    for number in range(repeats):
        start, before = time.perf_counter(), _processor_time()
        subprocess.run([word.replace("{}", str(number)) for word in command], check=True, capture_output=True)
        taken.append(time.perf_counter() - start)
        worked.append(_processor_time() - before)
    return min(taken), min(worked)


def _processor_time() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def installed_megabytes() -> float:
    """The space that a new virtual environment with venule takes on the disk, as `du -sm` counts it."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        install = ["install", "--quiet", "-c", str(ROOT / "constraints.txt"), str(ROOT)]
        subprocess.run([Path(folder) / "bin" / "python", "-m", "pip", *install], check=True)
        return sum(file.lstat().st_blocks for file in Path(folder).rglob("*")) * 512 / 2**20


def main() -> None:
    """Print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("photograph", nargs="?", type=Path)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--size", action="store_true")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        photograph = wanted.photograph or Path(folder) / "eyes" / "images" / "phantom_0001.png"
        if not wanted.photograph:
            made = [*VENULE, "data", "phantom", "--count", "1", "-o", f"{folder}/eyes"]
            subprocess.run(made, check=True, capture_output=True)
        commands = {
            "Python itself": [sys.executable, "-c", "pass"],
            "import venule": [sys.executable, "-c", "import venule"],
            "venule --help": [*VENULE, "--help"],
            "venule segment, one photograph": [*VENULE, "segment", str(photograph), "-o", f"{folder}/vessels{{}}"],
            "venule measure, one photograph": [*VENULE, "measure", str(photograph), "-o", f"{folder}/measured{{}}"],
        }
        print(f"{'':<32}{'start to exit':>14}{'processor':>12}")
        for name, command in commands.items():
            taken, worked = seconds(command, wanted.repeats)
            print(f"{name:<32}{taken:>12.2f} s{worked:>10.2f} s")
    if wanted.size:
        print(f"{'base installation':<32}{installed_megabytes():>11.0f} MB")


if __name__ == "__main__":
    main()
