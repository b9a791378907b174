"""How long `venule segment` takes, start to exit, and how much memory, on folders of photographs.

    python benchmarks/speed.py FOLDER... [--model general]

One row a folder: photographs, wall seconds in all, seconds a photograph with the start taken off, peak memory of the
largest process. Beside it the same machine's float32 matrix-product rate in the same run, without which seconds of two
machines cannot be compared. Needs no PyTorch.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

# Each folder is segmented by a process of its own, whose peak memory its parent, also its own process, asks for.
_TIMED = (
    "import resource, subprocess, sys, time; start = time.perf_counter();"
    "code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL);"
    "print(code, time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
)


def time_segment(*paths: Path, model: str) -> tuple[float, float]:
    """Wall seconds and peak megabytes of one `venule segment`."""
    with tempfile.TemporaryDirectory() as output:
        command = [sys.executable, "-m", "venule", "segment", *map(str, paths), "-o", output, "--model", model]
        printed = subprocess.run([sys.executable, "-c", _TIMED, *command], capture_output=True, text=True, check=True)
    code, seconds, kilobytes = printed.stdout.split()
    if code != "0":
        raise SystemExit(f"venule segment ended with {code} on {paths[0]}")
    return float(seconds), float(kilobytes) / 1024


def matrix_rate(size: int = 2048, repeats: int = 5) -> float:
    """Best float32 matrix-product rate seen, in 10^9 operations a second."""
    a = np.random.default_rng(0).random((size, size), np.float32)
    best = np.inf
    for _ in range(repeats):
        start = time.perf_counter()
        a @ a
        best = min(best, time.perf_counter() - start)
    return 2 * size**3 / best / 1e9


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--model", default="general")
    arguments = parser.parse_args()
    print(f"float32 matrix products: {matrix_rate():.0f} GFLOP/s")
    print("| folder | photographs | wall s | s a photograph | start-up s | peak MB |")
    print("|---|---:|---:|---:|---:|---:|")
    suffixes = {".jpg", ".jpeg", ".png", ".tif", ".tiff", ".ppm", ".bmp", ".gif"}
    for folder in arguments.folders:
        photographs = sorted(p for p in folder.iterdir() if p.suffix.lower() in suffixes and "HO" not in p.stem)
        one, _ = time_segment(photographs[0], model=arguments.model)
        wall, peak = time_segment(*photographs, model=arguments.model)
        each = (wall - one) / max(1, len(photographs) - 1)
        print(f"| {folder} | {len(photographs)} | {wall:.1f} | {each:.3f} | {one - each:.2f} | {peak:.0f} |")


if __name__ == "__main__":
    main()
