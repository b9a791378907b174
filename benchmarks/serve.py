"""How `venule serve` holds under a crowd: `python benchmarks/serve.py [--uploads 50] [--rounds 3]`.

Starts the service as a user does, sends photographs (phantoms) to it all at once, again and again, while a process of
its own asks /healthz every 50 ms, and prints what docs/how-to/service.md shows: answers by status, seconds, how long
/healthz took, and the most memory that the service and its processes had.
"""

import argparse
import asyncio
import io
import multiprocessing
import os
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import numpy as np
from PIL import Image

from venule.datasets.phantoms import make_phantom

EVERY = 0.05  # seconds between two questions for its health


@dataclass
class Crowd:
    """What became of the uploads of a kind."""

    statuses: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    unreadable: int = 0
    refused_without_when: int = 0
    wall: float = 0.0


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--uploads", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--size", type=int, default=768, help="pixels across a phantom")
    asked = parser.parse_args()
    photographs = [jpeg(seed, asked.size) for seed in range(4)]
    service = subprocess.Popen(
        [sys.executable, "-m", "venule", "serve", "--port", "0"], stdout=subprocess.PIPE, text=True
    )
    try:
        assert service.stdout is not None
        address = service.stdout.readline().strip().rstrip("/")
        wait_until_ready(address)
        watch = Watch(address, service.pid)
        rows = [
            ("segment", False, run(address, "/v1/segment", photographs, asked, patient=False)),
            ("measure", False, run(address, "/v1/measure", photographs, asked, patient=False)),
            ("segment", True, run(address, "/v1/segment", photographs, asked, patient=True)),
        ]
        measured = watch.end()
    finally:
        service.terminate()
        service.wait(30)
    print_table(rows, *measured, asked)


def jpeg(seed: int, size: int) -> bytes:
    """The file of a phantom."""
    file = io.BytesIO()
    Image.fromarray(make_phantom(seed, size=size).image).save(file, "JPEG", quality=92)
    return file.getvalue()


def wait_until_ready(address: str) -> None:
    """Until every process has loaded what it needs."""
    while True:
        health = httpx.get(f"{address}/healthz").json()
        if health["ready"] == health["processes"]:
            return
        time.sleep(0.2)


def run(address: str, path: str, photographs: list[bytes], asked: argparse.Namespace, *, patient: bool) -> Crowd:
    """Send a crowd of uploads, at once; patient ones come back when they are told to."""
    crowd = Crowd()
    start = time.perf_counter()
    for _ in range(asked.rounds):
        asyncio.run(send_all(address, path, photographs, asked.uploads, patient, crowd))
    crowd.wall = time.perf_counter() - start
    return crowd


async def send_all(
    address: str, path: str, photographs: list[bytes], uploads: int, patient: bool, crowd: Crowd
) -> None:
    """One round."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    async with httpx.AsyncClient(base_url=address, timeout=600, limits=limits) as client:

        async def send(number: int) -> None:
            start = time.perf_counter()
            while True:
                answer = await client.post(path, content=photographs[number % len(photographs)])
                wait = answer.headers.get("retry-after")
                if answer.status_code in (429, 503):
                    crowd.refused_without_when += wait is None
                    if patient and wait:
                        await asyncio.sleep(float(wait))
                        continue
                break
            crowd.statuses[answer.status_code] += 1
            crowd.seconds.append(time.perf_counter() - start)
            if answer.status_code != 200:
                crowd.unreadable += len(answer.json().get("detail", "")) < 10

        await asyncio.gather(*(send(number) for number in range(uploads)))


class Watch:
    """Asks for the health of a service and looks at its memory, in a process of its own.

    Args:
        address: of the service.
        pid: of its process.
    """

    def __init__(self, address: str, pid: int) -> None:
        """Begin."""
        self._line, far = multiprocessing.Pipe()
        self._process = multiprocessing.Process(target=watch, args=(address, pid, far), daemon=False)
        self._process.start()

    def end(self) -> tuple[list[float], list[float], float, float]:
        """Seconds of each answer, and of a bare process's; MB at the beginning, and the most there were."""
        self._line.send("end")
        return self._line.recv()


def echo(line) -> None:
    """A bare process that answers at once: how long the machine itself makes one wait."""
    while True:
        line.send(line.recv())


def watch(address: str, pid: int, line) -> None:
    """What that process does."""
    near, far = multiprocessing.Pipe()
    multiprocessing.get_context("fork").Process(target=echo, args=(far,), daemon=True).start()
    os.nice(-5) if os.geteuid() == 0 else None  # what is measured is the service, not the crowd beside it
    seconds, bare, memory = [], [], [memory_of(pid)]
    with httpx.Client(base_url=address, timeout=60) as client:
        client.get("/healthz")
        while not line.poll():
            start = time.perf_counter()
            client.get("/healthz").raise_for_status()
            seconds.append(time.perf_counter() - start)
            start = time.perf_counter()
            near.send(None)
            near.recv()
            bare.append(time.perf_counter() - start)
            if len(seconds) % 20 == 0:
                memory.append(memory_of(pid))
            time.sleep(EVERY)
    line.send((seconds, bare, memory[0], max(memory)))


def memory_of(pid: int) -> float:
    """MB of a process and all below it, what they share counted once (Linux)."""
    below = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    total = 0.0
    for one in [pid, *map(int, below.stdout.split())]:
        try:
            text = Path(f"/proc/{one}/smaps_rollup").read_text()
        except OSError:
            continue
        total += next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")) / 1000
    return total


def print_table(
    rows: list[tuple[str, bool, Crowd]],
    health: list[float],
    bare: list[float],
    idle: float,
    peak: float,
    asked: argparse.Namespace,
) -> None:
    """In Markdown."""
    print(
        f"{asked.uploads} uploads at once, {asked.rounds} rounds, phantoms of {asked.size} px, {os.cpu_count()} cores\n"
    )
    print("| request | client if refused | 200 | 429, 503 | other | seconds: median | largest | photographs / s |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for name, patient, crowd in rows:
        refused = crowd.statuses[429] + crowd.statuses[503]
        other = crowd.statuses.total() - crowd.statuses[200] - refused
        assert not other, crowd.statuses
        assert not crowd.unreadable + crowd.refused_without_when
        numbers = (np.median(crowd.seconds), max(crowd.seconds), crowd.statuses[200] / crowd.wall)
        print(
            f"| `{name}` | {'retries' if patient else 'gives up'} | {crowd.statuses[200]} | {refused} | {other} | "
            + " | ".join(f"{number:.1f}" for number in numbers)
            + " |"
        )
    part, beside = (np.quantile(one, [0.5, 0.99, 1]) * 1000 for one in (health, bare))
    print(
        f"\n`/healthz`, requested {len(health)} times meanwhile: median {part[0]:.0f} ms, 99 of 100 within "
        f"{part[1]:.0f} ms, the slowest {part[2]:.0f} ms. A minimal server, for comparison: "
        f"{beside[0]:.1f}, {beside[1]:.0f} and {beside[2]:.0f} ms. Load of the machine: {os.getloadavg()[0]:.0f}.\n"
        f"Memory of the service and its processes: {idle:.0f} MB before, {peak:.0f} MB at most."
    )


if __name__ == "__main__":
    main()
