"""What batches cost: photographs a second, the price of engine and journal, memory over long lists, a long journal.

    python benchmarks/batch.py speed FOLDER [--copies 3] [--runs jobs-2 ray-2]   # against a plain loop of one thread
    python benchmarks/batch.py price [--files 2000]            # of a file that needs no work
    python benchmarks/batch.py memory [--sizes 1000 10000]     # of runs of small synthetic photographs
    python benchmarks/batch.py journal [--entries 1000000]     # listing, recording, resuming, counting
    python benchmarks/batch.py plan --core-seconds 0.5 --driver-ms 2 --megabytes 1.5   # what a cohort costs

Each prints a table. `speed` runs every command on the photographs of a folder and on so many times as many (copies
with a few bytes more, for what has the same content is done once); the photographs a second are those of the
difference, so that starting and ending, which are told apart, do not count. Times of a shared machine are noisy: read
the ratios, which are those of one run.
"""

import argparse
import math
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from nothing import Nothing
from small import write_small, write_small_model
from venule.batch import Batch, Engine, Shard, run
from venule.batch.inputs import InputFile
from venule.batch.items import items, list_items
from venule.batch.journal import Journal, JournalRecord
from venule.batch.outputs import JOURNAL
from venule.report import Table
from venule.workflows import PHOTOGRAPH_SUFFIXES

_LOOP = """
import sys
from pathlib import Path
import cv2
from venule.models import load_model
from venule.photograph import read_photograph
from venule.segmentation import segment
cv2.setNumThreads(1)
for path in sorted(Path(sys.argv[1]).iterdir()):
    found = segment(read_photograph(path), threads=1)
    cv2.imwrite(f"{sys.argv[2]}/{path.stem}.png", found.vessels.astype("uint8") * 255)
"""
# In a process of its own, so that the peak is of this command's children alone.
_TIMED = (
    "import resource, subprocess, sys, time; start = time.perf_counter();"
    "code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL);"
    "print(code, time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
)


RUNS = ("loop", "jobs-1", "jobs-2", "ray-1", "ray-2")


def timed(*command: object) -> tuple[float, float]:
    """Seconds and peak megabytes, of its largest process, of a command of Python's."""
    whole = [sys.executable, "-c", _TIMED, sys.executable, *map(str, command)]
    code, seconds, peak = subprocess.run(whole, capture_output=True, text=True, check=True).stdout.split()
    if code != "0":
        raise SystemExit(f"{' '.join(map(str, command))} ended with {code}")
    return float(seconds), float(peak) / 1024


def speed(folder: Path, *, copies: int, runs: list[str]) -> Table:
    """Photographs a second of a plain loop, of one and two processes, and of Ray; the first of the runs is the base."""
    photographs = sorted(path for path in folder.iterdir() if path.suffix.lower() in PHOTOGRAPH_SUFFIXES)
    if not photographs:
        raise SystemExit(f"{folder} holds no photographs")
    with tempfile.TemporaryDirectory() as place:
        few, many = Path(place, "few"), Path(place, "many")
        for target, times in ((few, 1), (many, copies)):
            target.mkdir()
            for copy in range(times):
                for path in photographs:
                    content = path.read_bytes() + b"copy %d" % copy * bool(copy)
                    (target / f"{path.stem}-{copy}{path.suffix}").write_bytes(content)
        commands: dict[str, Callable[[Path, Path], list[object]]] = {
            "loop": lambda source, out: ["-c", _LOOP, source, out],
            "jobs-1": lambda source, out: ["-m", "venule", "segment", source, "-o", out, "--jobs", 1],
            "jobs-2": lambda source, out: ["-m", "venule", "segment", source, "-o", out, "--jobs", 2],
            "ray-1": lambda source, out: [
                "-m", "venule", "segment", source, "-o", out, "--engine", "ray", "--jobs", 1,
            ],
            "ray-2": lambda source, out: [
                "-m", "venule", "segment", source, "-o", out, "--engine", "ray", "--jobs", 2,
            ],
        }  # fmt: skip
        rows, base = [], 0.0
        for name in runs:
            times = []
            for number, source in enumerate((few, many)):
                out = Path(place, f"out-{name}-{number}")
                out.mkdir()
                times.append(timed(*commands[name](source, out))[0])
                shutil.rmtree(out)
            rate = (copies - 1) * len(photographs) / (times[1] - times[0])
            base = base or rate
            start = times[0] - len(photographs) / rate
            rows.append(
                (name, f"{times[0]:.1f}", f"{times[1]:.1f}", f"{rate:.2f}", f"{rate / base:.2f}", f"{start:.1f}")
            )
    columns = (
        "run", f"{len(photographs)}: s", f"{copies * len(photographs)}: s", "photographs / s", "relative",
        "startup: s",
    )  # fmt: skip
    return Table("Photographs per second", columns, tuple(rows))


def price(files: int) -> Table:
    """Milliseconds a file of listing, reading, hashing, writing, journal, table and engine, where there is no work."""
    rows = []
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place, "files")
        folder.mkdir()
        random = np.random.default_rng(0)
        for number in range(files):
            (folder / f"{number}.bin").write_bytes(random.bytes(50_000 + number))
        for name, engine in {
            "this process": _Here(),
            "local, 1 process": Engine(jobs=1),
            "local, 2 processes": Engine(jobs=2),
            "Ray, 2 actors": Engine("ray", jobs=2),
        }.items():
            times = []
            for count in (files // 4, files):
                some = Path(place, f"some-{count}")
                if not some.exists():
                    some.mkdir()
                    for path in sorted(folder.iterdir())[:count]:
                        (some / path.name).symlink_to(path)
                start = time.perf_counter()
                out = Path(place, f"{name}-{count}")
                run([some], out, work=Nothing(), suffixes=(".bin",), settings={}, batch=Batch(engine))
                times.append(time.perf_counter() - start)
            each = 1000 * (times[1] - times[0]) / (files - files // 4)
            rows.append((name, f"{each:.2f}"))
    return Table("Price of a file that needs no work", ("engine", "ms per file"), tuple(rows))


class _Here(Engine):
    """Stays in this process, however many files there are."""

    def processes(self, files: int) -> int:
        return 0


def memory(sizes: list[int]) -> Table:
    """Peak memory of runs of ever more small photographs, each a disc with a few dark lines."""
    rows = []
    with tempfile.TemporaryDirectory() as place:
        for size in sizes:
            folder, model = Path(place, str(size)), Path(place, "model")
            write_small(folder, size)
            write_small_model(model)
            out = Path(place, f"out-{size}")
            seconds, peak = timed("-m", "venule", "segment", folder, "-o", out, "--model", model, "--jobs", 2)
            rows.append((f"{size:,}", f"{peak:.0f}", f"{size / seconds:.0f}"))
            shutil.rmtree(folder)
            shutil.rmtree(out)
    return Table("Memory of a long run", ("photographs", "largest process, peak MB", "photographs / s"), tuple(rows))


def journal(entries: int) -> Table:
    """Time and size of a journal of so many made-up files."""
    rows = []

    def found() -> Iterator[InputFile]:
        for n in range(entries):
            size = 1_000_000 + n * 7919 % 500_000
            yield InputFile(f"/data/{n // 1000:05d}/{n:07d}.jpg", "/data", size=size, modified=str(n))

    def note(what: str, start: float) -> None:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        rows.append((what, f"{time.perf_counter() - start:.1f}", f"{peak:.0f}"))

    with tempfile.TemporaryDirectory() as place, Journal(Path(place)) as kept:
        start = time.perf_counter()
        list_items(kept, found(), twins=False)
        note("list the files", start)
        start = time.perf_counter()
        for item in items(kept, twins=False, shard=Shard()):
            row = {"fov_diameter_px": 543.1, "vessel_share": 0.123456}
            outputs = {f"{item.name}_vessels.png": 30_000}
            kept.append(
                JournalRecord(item.name, item.path, "a" * 64, "b" * 64, "ok", size=item.size, modified=item.modified,
                       row=row, outputs=outputs)
            )  # fmt: skip
        note("record them, one at a time", start)
        start = time.perf_counter()
        same = 0
        for item in items(kept, twins=False, shard=Shard()):
            record = kept.record(item.name)
            same += record is not None and record.modified == item.modified
        note("check on resuming that all are done", start)
        start = time.perf_counter()
        total = sum(1 for _ in kept.records(settings="b" * 64))
        note("read them in table order", start)
        start = time.perf_counter()
        counts = kept.counts()
        note("count them (venule status)", start)
        size = Path(place, JOURNAL).stat().st_size / 2**20
    if not same == total == entries == sum(counts.values()):
        raise SystemExit("the journal has lost entries")
    print(f"{entries:,} entries: {size:.0f} MB, {2**20 * size / entries:.0f} bytes each\n")
    return Table(f"A journal of {entries:,} entries", ("step", "s", "peak MB so far"), tuple(rows))


def plan(core_seconds: float, *, driver_ms: float, megabytes: float) -> Table:
    """What cohorts cost on machines of so many cores, from what was measured here."""
    rows = []
    for photographs in (175_000, 1_000_000):
        for cores in (2, 32, 1024):
            rate = cores / core_seconds
            drivers = max(1, math.ceil(rate * driver_ms / 1000))
            hours = photographs / rate / 3600
            rows.append(
                (f"{photographs:,}", f"{cores:,}", f"{rate:,.0f}", f"{hours:,.1f}", f"{hours / 24:,.1f}",
                 f"{photographs * core_seconds / 3600:,.0f}", f"{rate * megabytes:,.0f}", str(drivers))
            )  # fmt: skip
    columns = (
        "photographs", "cores", "photographs / s", "hours", "days", "core-hours", "reads MB/s",
        "main processes (shards)",
    )  # fmt: skip
    return Table(f"{core_seconds:g} core-seconds a photograph", columns, tuple(rows))


def main() -> None:
    """Print the table that was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("speed")
    one.add_argument("folder", type=Path)
    one.add_argument("--copies", type=int, default=3)
    one.add_argument("--runs", nargs="+", choices=RUNS, default=RUNS)
    commands.add_parser("price").add_argument("--files", type=int, default=2000)
    commands.add_parser("memory").add_argument("--sizes", type=int, nargs="+", default=[1000, 10_000])
    commands.add_parser("journal").add_argument("--entries", type=int, default=1_000_000)
    planned = commands.add_parser("plan")
    for option in ("--core-seconds", "--driver-ms", "--megabytes"):
        planned.add_argument(option, type=float, required=True)
    chosen = vars(parser.parse_args())
    work = {"speed": speed, "price": price, "memory": memory, "journal": journal, "plan": plan}[chosen.pop("command")]
    print(work(*[chosen.pop(next(iter(chosen)))], **chosen).to_markdown())


if __name__ == "__main__":
    main()
