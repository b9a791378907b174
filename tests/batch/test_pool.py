"""Worker processes: a photograph that hangs, crashes or fills the memory costs its own result and no other."""

import math
import multiprocessing
import os
import signal
import time

import pytest

from venule.batch.pool import Pool, ProcessLostError
from venule.errors import VenuleError


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def fill_memory() -> None:
    raise MemoryError


def fail() -> None:
    raise VenuleError("no", reason="bad-photograph")


def answer_slowly() -> bytes:
    return b"x" * 400_000_000


def test_a_call_that_hangs_is_ended_at_its_limit_and_the_next_one_works():
    with Pool(1) as pool:
        assert pool.submit(pow, 2, 3, timeout=60).result() == 8
        began = time.monotonic()
        with pytest.raises(ProcessLostError) as error:
            pool.submit(time.sleep, 100, timeout=0.5).result()
        assert error.value.reason == "timed-out"
        assert time.monotonic() - began < 5
        assert pool.submit(pow, 2, 4, timeout=60).result() == 16


def test_a_process_that_dies_fails_only_its_own_call():
    with Pool(2) as pool:
        slow = pool.submit(time.sleep, 1, timeout=60)
        with pytest.raises(ProcessLostError) as error:
            pool.submit(die, timeout=60).result()
        assert error.value.reason == "crashed"
        assert slow.result() is None


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="stops a process as Unix does")
def test_the_limit_holds_for_a_process_that_stopped_while_idle_and_for_large_arguments():
    with Pool(1) as pool:
        os.kill(pool.submit(os.getpid, timeout=60).result(), signal.SIGSTOP)
        with pytest.raises(ProcessLostError) as error:
            pool.submit(len, b"x" * 10_000_000, timeout=0.5).result()
        assert error.value.reason == "timed-out"


def test_a_process_killed_while_it_sends_its_answer_is_found():
    with Pool(1) as pool:
        process = pool.submit(os.getpid, timeout=60).result()
        answer = pool.submit(answer_slowly, timeout=60)
        time.sleep(0.25)
        os.kill(process, signal.SIGKILL)
        with pytest.raises(ProcessLostError):
            answer.result(10)


def test_an_idle_process_that_was_killed_is_replaced():
    with Pool(1) as pool:
        first = pool.submit(os.getpid, timeout=60).result()
        os.kill(first, signal.SIGKILL)
        time.sleep(0.5)
        assert pool.submit(os.getpid, timeout=60).result() != first


def test_errors_come_back_with_their_reason():
    with Pool(1) as pool:
        for function, reason in ((fill_memory, "out-of-memory"), (fail, "bad-photograph")):
            with pytest.raises(VenuleError) as error:
                pool.submit(function, timeout=60).result()
            assert error.value.reason == reason


def test_a_bug_in_a_process_is_told_with_its_place():
    with Pool(1) as pool, pytest.raises(ValueError, match="negative") as error:
        pool.submit(math.factorial, -1, timeout=60).result()
    assert "answer = True, function(*args)" in "".join(error.value.__notes__)


def test_processes_are_replaced_after_so_many_calls():
    with Pool(1, max_tasks=2) as pool:
        pids = [pool.submit(os.getpid, timeout=60).result() for _ in range(4)]
    assert pids[0] == pids[1] != pids[2] == pids[3]


def test_closing_ends_every_process_at_once():
    others = set(multiprocessing.active_children())  # of other tests in this process
    pool = Pool(2)
    pool.start()
    calls = [pool.submit(time.sleep, 100, timeout=200) for _ in range(3)]
    while pool.ready < 2:
        time.sleep(0.1)
    pool.close()
    assert all(call.done() for call in calls)
    assert not set(multiprocessing.active_children()) - others
