"""The processes of the service: a photograph that hangs or kills one takes nothing else with it."""

import asyncio
import math
import os
import time

import pytest

from venule.errors import VenuleError
from venule.server.pool import Pool
from venule.server.problems import Problem


def test_what_hangs_or_dies_is_ended_and_the_next_is_done():
    lost = []

    async def scenario():
        pool = Pool(1, waiting=3, warm_up=os.getpid, lost=lost.append)
        pool.start()
        try:
            assert await pool.do(math.factorial, 5, seconds=60) == 120
            with pytest.raises(VenuleError, match=r"more than 0\.5 s") as hung:
                await pool.do(time.sleep, 60, seconds=0.5)
            with pytest.raises(VenuleError, match="died") as died:
                await pool.do(os._exit, 3, seconds=60)
            assert [hung.value.reason, died.value.reason] == ["timed-out", "crashed"]
            with pytest.raises(VenuleError, match="a bug of venule: ValueError"):
                await pool.do(math.factorial, -1, seconds=60)
            assert await pool.do(math.factorial, 6, seconds=60) == 720
        finally:
            await asyncio.to_thread(pool.stop)

    asyncio.run(scenario())
    assert lost == ["timed-out", "crashed"]


def test_who_goes_away_while_waiting_is_not_worked_for():
    async def scenario():
        pool = Pool(1, waiting=3, warm_up=os.getpid)
        pool.start()
        try:
            first = asyncio.ensure_future(pool.do(time.sleep, 1.0, seconds=60))
            gone = asyncio.ensure_future(pool.do(time.sleep, 50, seconds=60))
            await asyncio.sleep(0.1)
            gone.cancel()
            await first
            assert await pool.do(math.factorial, 4, seconds=60) == 24
        finally:
            await asyncio.to_thread(pool.stop)

    began = time.monotonic()
    asyncio.run(scenario())
    assert time.monotonic() - began < 45


def test_a_stop_ends_what_is_under_way():
    async def scenario():
        pool = Pool(1, waiting=3, warm_up=os.getpid)
        pool.start()
        assert await pool.do(math.factorial, 5, seconds=60) == 120
        hung = asyncio.ensure_future(pool.do(time.sleep, 60, seconds=60))
        await asyncio.sleep(0.2)
        await asyncio.to_thread(pool.stop)
        with pytest.raises(VenuleError):
            await hung

    began = time.monotonic()
    asyncio.run(scenario())
    assert time.monotonic() - began < 45


def test_no_more_have_a_place_than_there_is_room_for():
    pool = Pool(2, waiting=1, warm_up=os.getpid)
    with pool.place(), pool.place(), pool.place():
        with pytest.raises(Problem) as refused, pool.place():
            pass
        assert refused.value.status == 503
    with pool.place():
        assert pool.waiting == 1
