"""The same work on many things, in processes."""

from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

Given = TypeVar("Given")
Made = TypeVar("Made")


def in_processes(work: Callable[[Given], Made], things: Iterable[Given], *, jobs: int) -> list[Made]:
    """What the work makes of each thing, in their order; with one job in this process."""
    if jobs == 1:
        return [work(thing) for thing in things]
    with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
        return list(pool.map(work, things))
