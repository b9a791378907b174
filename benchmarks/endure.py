"""A long batch that is killed again and again: memory as it goes, and whether the result is that of a quiet run.

    python benchmarks/endure.py [--photographs 20000] [--kills 6] [--layout mirrored]

Small synthetic photographs, no two alike, a network of one layer, two processes. The main process is killed (SIGKILL)
at random moments and the run resumed; then the table and every mask are compared with those of an undisturbed run.
Memory is that of the main process and of its largest worker, read from /proc now and then: it must not grow with what
is done.
"""

import argparse
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from small import write_small, write_small_model
from venule.batch import read_journal
from venule.report import Table

EVERY = 0.5  # seconds between two looks at the memory


def command(place: Path, out: Path, layout: str) -> list[str]:
    """The run."""
    options = ["--model", str(place / "model"), "--jobs", "2", "--layout", layout, "--resume"]
    return [sys.executable, "-m", "venule", "segment", str(place / "photographs"), "-o", str(out), *options]


def megabytes(process: int) -> float:
    """Memory that a process holds; 0 where it is gone."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:")), 0.0)


def workers(process: int) -> list[int]:
    """Child processes."""
    try:
        return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    except OSError:
        return []


def records(out: Path) -> int:
    """How many files the journal has."""
    try:
        with closing(sqlite3.connect(f"file:{out}/journal.sqlite?mode=ro", uri=True)) as journal:
            return int(journal.execute("SELECT COUNT(*) FROM records").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


def result(out: Path) -> dict[str, bytes]:
    """The table and every output."""
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in out.rglob("*")
        if path.suffix in (".png", ".csv", ".parquet") and path.is_file()
    }


def main() -> None:
    """Print the table; exit code 1 where the results differ."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photographs", type=int, default=20_000)
    parser.add_argument("--kills", type=int, default=6)
    parser.add_argument("--layout", default="mirrored")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    rows = []
    with tempfile.TemporaryDirectory() as place:
        killed, quiet = Path(place, "killed"), Path(place, "quiet")
        write_small(Path(place, "photographs"), options.photographs)
        write_small_model(Path(place, "model"))
        marks = sorted(chance.randrange(options.photographs) for _ in range(options.kills))
        for life in range(options.kills + 1):
            start, before = time.monotonic(), records(killed)
            process = subprocess.Popen(
                command(Path(place), killed, options.layout), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            main_peak = worker_peak = 0.0
            while process.poll() is None:
                main_peak = max(main_peak, megabytes(process.pid))
                worker_peak = max([worker_peak, *map(megabytes, workers(process.pid))])
                if life < options.kills and records(killed) >= max(marks[life], before + 1):
                    os.kill(process.pid, signal.SIGKILL)
                    process.wait()
                time.sleep(EVERY * chance.random())
            ended = "killed" if process.returncode == -signal.SIGKILL else f"exit {process.returncode}"
            rows.append(
                (str(life + 1), f"{before:,}", f"{records(killed):,}", ended, f"{time.monotonic() - start:.0f}",
                 f"{main_peak:.0f}", f"{worker_peak:.0f}")
            )  # fmt: skip
        undisturbed = command(Path(place), quiet, options.layout)
        subprocess.run(undisturbed, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        failed = {record.reason for record in read_journal(quiet) if record.status != "ok"}
        same = result(killed) == result(quiet)
        right = records(killed) == options.photographs
    columns = ("run", "done before", "done after", "end", "s", "main process, peak MB", "largest worker, peak MB")
    print(Table(f"{options.photographs:,} photographs", columns, tuple(rows)).to_markdown())
    print(f"\nTable and outputs are those of an undisturbed run, byte for byte: {'yes' if same else 'NO'}.")
    if failed:
        print(f"Some photographs failed in it: {', '.join(sorted(failed))}.")
    sys.exit(0 if same and right and not failed else 1)


if __name__ == "__main__":
    main()
