"""When a photograph takes too long, or a process or the whole service dies: the reason is told, and nothing stays."""

import multiprocessing
import os
import random
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import httpx
import pytest

from venule.server import Settings


@pytest.fixture(scope="module")
def hurried(start):
    """A service that gives each photograph a thousandth of a second."""
    with start(Settings(processes=1, seconds=0.001, waiting=2)) as address:
        wait_until_ready(address)
        yield address


def wait_until_ready(address):
    while httpx.get(f"{address}/healthz").json()["status"] != "ok":
        time.sleep(0.1)


def test_a_photograph_over_the_time_limit_is_told_so(hurried, photograph):
    answer = httpx.post(f"{hurried}/v1/segment", content=photograph, timeout=120)
    assert (answer.status_code, answer.json()["code"]) == (504, "timed-out")
    assert "more than 0.001 s: try a smaller copy" in answer.json()["detail"]
    assert 'venule_processes_lost_total{reason="timed-out"} 1' in httpx.get(f"{hurried}/metrics").text


def test_a_process_that_dies_fails_its_own_photograph_and_is_replaced(client, photograph):
    client.post("/v1/segment", content=photograph)  # now there is a process
    with ThreadPoolExecutor() as threads:
        answer = threads.submit(client.post, "/v1/report", files=[("photographs", photograph)] * 20)
        while not client.get("/healthz").json()["busy"]:
            time.sleep(0.01)
        for process in multiprocessing.active_children():
            process.kill()
    assert (answer.result().status_code, answer.result().json()["code"]) == (500, "crashed")
    assert client.post("/v1/segment", content=photograph).status_code == 200


def test_health_is_answered_quickly_while_the_processes_are_busy(client, photograph):
    with ThreadPoolExecutor() as threads:
        answers = [threads.submit(client.post, "/v1/measure", content=photograph) for _ in range(6)]
        seconds = []
        while not all(answer.done() for answer in answers):
            seconds.append(client.get("/healthz").elapsed.total_seconds())
            time.sleep(0.02)
    assert {answer.result().status_code for answer in answers} == {200}
    assert sorted(seconds)[len(seconds) // 2] < 0.2


def test_nothing_of_a_photograph_is_on_disk_however_a_request_ends(photograph, tmp_path):
    """Requests of every kind, and processes and the service killed at random moments."""
    dice = random.Random(0)
    large = photograph + bytes(3 * 2**20)  # a form parser would write a part of this size into a temporary file
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    service = subprocess.Popen(
        [sys.executable, "-m", "venule", "serve", "--port", "0", "--processes", "2", "--time-limit", "5"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment,
    )  # fmt: skip
    address = service.stdout.readline().strip().rstrip("/")
    wait_until_ready(address)
    ended = threading.Event()

    def send(number):
        while not ended.is_set():
            route, part = [("segment", "photograph"), ("look", "photograph"), ("report", "photographs")][number % 3]
            with suppress(httpx.HTTPError):
                httpx.post(f"{address}/v1/{route}", files={part: (f"patient-{number}.png", large)}, timeout=60)
            time.sleep(0.05)

    with ThreadPoolExecutor() as threads:
        sending = [threads.submit(send, number) for number in range(3)]
        seen = set()
        for _ in range(8):
            end = time.monotonic() + dice.uniform(0.2, 1.0)
            while time.monotonic() < end:
                seen |= files_in(tmp_path)
                time.sleep(0.01)
            for process in children_of(service.pid):
                if dice.random() < 0.7:
                    with suppress(ProcessLookupError):
                        os.kill(process, signal.SIGKILL)
        workers = children_of(service.pid)
        service.kill()
        service.wait(30)
        ended.set()
        for one in sending:
            one.result()
    assert not seen
    end = time.monotonic() + 30
    while any(is_running(worker) for worker in workers):  # they end with the service
        assert time.monotonic() < end
        time.sleep(0.1)
    assert not files_in(tmp_path)


def files_in(folder):
    return {path for path in folder.rglob("*") if path.is_file()}


def is_running(pid):
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout
    return bool(state.strip()) and not state.startswith("Z")


def children_of(pid):
    found = subprocess.run(["ps", "-o", "pid=,args=", "--ppid", str(pid)], capture_output=True, text=True).stdout
    return [int(line.split()[0]) for line in found.splitlines() if "spawn_main" in line]
