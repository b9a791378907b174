"""When a photograph takes too long, or a process or the whole service hangs or dies: it is told, and nothing stays."""

import multiprocessing
import os
import random
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from venule.server import Settings

linux = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="looks at the open files of processes")


@pytest.fixture(scope="module")
def hurried(start):
    """A service that gives each photograph a thousandth of a second."""
    with start(Settings(processes=1, seconds=0.001, waiting=2)) as address:
        wait_until_ready(address)
        yield address


def wait_until_ready(address):
    while health(address)["status"] != "ok":
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


@linux
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_nothing_of_a_photograph_is_on_disk_however_a_request_ends(photograph, tmp_path, how):
    """Answers, time limits, clients that leave; processes killed, crashed and stopped; the service ended."""
    dice = random.Random(how)
    large = photograph + bytes(3 * 2**20)  # a form parser would write a part of this size into a temporary file
    ended, seen = threading.Event(), set()

    def send(number):
        while not ended.is_set():
            route, part = [("segment", "photograph"), ("look", "photograph"), ("report", "photographs")][number % 3]
            files = {part: (f"patient-{number}.png", dice.choice([photograph, large]))}
            with suppress(httpx.HTTPError):  # a client that waits for 0.3 s only has left
                httpx.post(f"{address}/v1/{route}", files=files, timeout=dice.choice([0.3, 60]))
            time.sleep(0.05)

    def watch(service):
        while not ended.is_set():
            seen.update(files_in(tmp_path))
            for process in (service, *children_of(service)):
                seen.update(files_written_by(process))

    with service_in(tmp_path, "--time-limit", "2", "--processes", "2") as (service, address):
        assert "Max core file size        0" in Path(f"/proc/{service.pid}/limits").read_text()
        with ThreadPoolExecutor() as threads:
            working = [threads.submit(send, number) for number in range(3)] + [threads.submit(watch, service.pid)]
            for _ in range(8):
                time.sleep(dice.uniform(0.2, 1.0))
                for process in children_of(service.pid):
                    if dice.random() < 0.5:
                        with suppress(ProcessLookupError):
                            os.kill(process, dice.choice([signal.SIGKILL, signal.SIGSEGV, signal.SIGSTOP]))
            workers = children_of(service.pid)
            service.send_signal(how)
            service.wait(60)
            ended.set()
            for one in working:
                one.result()
    assert not seen
    end = time.monotonic() + 30
    for worker in workers:
        with suppress(ProcessLookupError):
            os.kill(worker, signal.SIGCONT)  # one that is stopped cannot end
    while any(is_running(worker) for worker in workers):  # they end with the service
        assert time.monotonic() < end
        time.sleep(0.1)
    assert not files_in(tmp_path)


@pytest.fixture(scope="module")
def one_process(tmp_path_factory):
    """A service with one process and five seconds for a photograph, and its address."""
    with service_in(tmp_path_factory.mktemp("one"), "--processes", "1", "--time-limit", "5") as found:
        yield found


def process_of(one_process):
    wait_until_ready(one_process[1])
    [process] = children_of(one_process[0].pid)
    return process


def health(address):
    return httpx.get(f"{address}/healthz", timeout=30).json()


def test_health_tells_that_a_process_hangs_and_the_next_photograph_gets_another(photograph, one_process):
    process, (_, address) = process_of(one_process), one_process
    os.kill(process, signal.SIGSTOP)
    time.sleep(1)
    told = health(address)
    assert (told["status"], told["ready"], told["answering"]) == ("degraded", 1, 0)
    os.kill(process, signal.SIGCONT)
    assert health(address)["status"] == "ok"
    os.kill(process, signal.SIGSTOP)
    while health(address)["status"] == "ok":
        time.sleep(0.1)
    answer = httpx.post(f"{address}/v1/segment", content=photograph + bytes(5 * 2**20), timeout=60)
    assert answer.status_code == 200
    assert health(address)["status"] == "ok"


def test_large_uploads_to_a_process_that_hangs_end_at_the_time_limit_and_the_service_goes_on(photograph, one_process):
    process, (_, address) = process_of(one_process), one_process
    large = photograph + bytes(5 * 2**20)  # more than a pipe holds
    os.kill(process, signal.SIGSTOP)  # the photographs follow at once: nobody has noticed yet
    with ThreadPoolExecutor() as threads:
        posts = [threads.submit(httpx.post, f"{address}/v1/segment", content=large, timeout=90) for _ in range(3)]
        time.sleep(2)
        assert health(address)["status"] == "degraded"
    answers = [post.result() for post in posts]
    assert sorted(answer.status_code for answer in answers) == [200, 200, 504]
    assert min(answer.elapsed.total_seconds() for answer in answers) > 4


def test_a_service_without_a_process_starts_one_before_the_next_photograph(one_process):
    process, (service, address) = process_of(one_process), one_process
    os.kill(process, signal.SIGKILL)
    while is_running(process):
        time.sleep(0.1)
    wait_until_ready(address)
    assert children_of(service.pid) != [process]


def test_a_service_that_is_stopped_tells_those_who_wait_and_prints_no_traceback(photograph, tmp_path):
    with service_in(tmp_path, "--processes", "1") as (service, address), ThreadPoolExecutor() as threads:
        files = [("photographs", photograph)] * 20
        post = threads.submit(httpx.post, f"{address}/v1/report", files=files, timeout=60)
        while not health(address)["busy"]:
            time.sleep(0.05)
        service.terminate()
        answer = post.result()
        service.wait(60)
    assert (answer.status_code, answer.json()["code"]) == (503, "stopping")
    assert "Traceback" not in (tmp_path / "said").read_text()


@contextmanager
def service_in(folder, *options):
    """A service as users start it, which has only this folder for temporary files."""
    command = [sys.executable, "-m", "venule", "serve", "--port", "0", *options]
    for name in ("tmp", "home"):
        (folder / name).mkdir()
    environment = {**os.environ, "TMPDIR": str(folder / "tmp"), "HOME": str(folder / "home")}
    with (folder / "said").open("w") as said:
        service = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said, text=True, env=environment)
    try:
        address = service.stdout.readline().strip().rstrip("/")
        wait_until_ready(address)
        yield service, address
    finally:
        service.kill()
        service.wait(30)
        service.stdout.close()


def files_written_by(process):
    """What a process holds open for writing, also what has no name any more, but for what the service itself prints."""
    found = set()
    for one in Path(f"/proc/{process}/fd").glob("*"):
        with suppress(OSError):
            path = os.readlink(one)
            flags = int((one.parent.parent / "fdinfo" / one.name).read_text().split("flags:")[1].split()[0], 8)
            special = path.startswith(("pipe:", "socket:", "anon_inode:", "/dev/")) and not path.startswith("/dev/shm")
            if flags & (os.O_WRONLY | os.O_RDWR) and not special and not path.endswith("/said"):
                found.add(path)
    return found


def files_in(folder):
    return {path for path in folder.rglob("*") if path.is_file() and path.name != "said"}


def is_running(pid):
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout
    return bool(state.strip()) and not state.startswith("Z")


def children_of(pid):
    found = subprocess.run(["ps", "-ww", "-o", "pid=,args=", "--ppid", str(pid)], capture_output=True, text=True).stdout
    return [int(line.split()[0]) for line in found.splitlines() if "spawn_main" in line]
