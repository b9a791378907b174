"""How long venule takes to start, and how much room it takes.

    python benchmarks/startup.py PHOTOGRAPH [--repeats 7]

Times are of whole processes, start to exit: medians over `--repeats`, after one run that does not count. Beside the
seconds on the clock stand those of all cores together, which say more where other programs are running. The room is
that of what `pip install .` brings: the dependencies of pyproject.toml, as they are installed here, and venule itself.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterable
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement

from venule.report import Table

ROOT = Path(__file__).parent.parent


def seconds(*arguments: object) -> tuple[float, float]:
    """Seconds on the clock, and of all cores together, of one process of Python."""
    before, start = os.times(), time.perf_counter()
    subprocess.run([sys.executable, *map(str, arguments)], check=True, capture_output=True)
    elapsed, after = time.perf_counter() - start, os.times()
    return elapsed, after.children_user + after.children_system - before.children_user - before.children_system


def measure(photograph: Path) -> tuple[float, float]:
    """The same of `venule measure`, into a new folder."""
    with tempfile.TemporaryDirectory() as folder:
        return seconds("-m", "venule", "measure", photograph, "-o", Path(folder, "out"))


def base() -> dict[str, int]:
    """Bytes on the disk of every package of the base installation, by name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    left = [Requirement(line) for line in project["dependencies"]]
    sizes: dict[str, int] = {}
    while left:
        requirement = left.pop()
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        package = distribution(requirement.name)
        if package.name not in sizes:
            sizes[package.name] = size_of(package)
            left += [Requirement(line) for line in package.requires or ()]
    sizes["venule"] = on_disk(path for path in (ROOT / "src").rglob("*") if path.is_file())
    return sizes


def size_of(package: Distribution) -> int:
    """Bytes on the disk of an installed package."""
    files = (Path(str(package.locate_file(file))) for file in package.files or ())
    return on_disk(path for path in files if path.is_file())


def on_disk(paths: Iterable[Path]) -> int:
    """Bytes on the disk of files, as `du` counts them."""
    return sum(path.stat().st_blocks * 512 for path in paths)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("photograph", type=Path)
    parser.add_argument("--repeats", type=int, default=7)
    arguments = parser.parse_args()
    runs = {
        "import venule": lambda: seconds("-c", "import venule"),
        "venule --help": lambda: seconds("-m", "venule", "--help"),
        "venule networks": lambda: seconds("-m", "venule", "networks"),
        "venule measure PHOTOGRAPH": lambda: measure(arguments.photograph),
    }
    rows = []
    for name, run in runs.items():
        run()
        times = [run() for _ in range(arguments.repeats)]
        clock, cores = (statistics.median(column) for column in zip(*times, strict=True))
        rows.append((name, f"{clock:.2f}", f"{cores:.2f}"))
    print(Table("Start to exit", ("process", "s", "s of all cores"), tuple(rows)).to_markdown())
    sizes = base()
    largest = sorted(sizes.items(), key=lambda one: -one[1])[:10]
    rows = [(name, f"{size / 2**20:.0f}") for name, size in (("all", sum(sizes.values())), *largest)]
    print(Table(f"The base installation, {len(sizes)} packages", ("package", "MB"), tuple(rows)).to_markdown())


if __name__ == "__main__":
    main()
