"""The paths of a skeleton: lines of pixels between its ends and junctions."""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from venule.photograph.arrays import BoolArray

SIDES = (1, 3, 4, 6)  # of the eight neighbours in reading order, those that share a side


def skeleton_paths(skeleton: BoolArray) -> Iterator[NDArray[np.intp]]:
    """Cut a skeleton at its ends and junctions, as skan does (Nunez-Iglesias et al. 2018).

    Pixels that share a side or a corner are joined. Where junction pixels touch one another, only the steps of their
    minimum spanning tree count; otherwise three of them would make a ring.

    Args:
        skeleton: bool (height, width), lines one pixel wide.

    Yields:
        The pixels of each path, (points, 2), (row, column), from one end or junction to the next. A ring that nothing
        joins begins and ends at its first pixel. A pixel that touches no other belongs to no path.
    """
    pixels = np.argwhere(skeleton)
    neighbours = _neighbours(skeleton)
    for path in _paths(neighbours):
        yield pixels[path]


def _paths(neighbours: list[list[int]]) -> Iterator[list[int]]:
    """Paths between pixels whose number of neighbours is not two; then the rings of those that are left."""
    walked: set[tuple[int, int]] = set()  # the last step of each path, backwards: where it would be walked again
    inner: set[int] = set()
    for node, beside in enumerate(neighbours):
        if len(beside) == 2:
            continue
        for first in beside:
            if (node, first) not in walked:
                path = _walk(neighbours, node, first)
                walked.add((path[-1], path[-2]))
                inner.update(path[1:-1])
                yield path
    for node, beside in enumerate(neighbours):
        if len(beside) == 2 and node not in inner:
            path = _walk(neighbours, node, beside[0])
            inner.update(path)
            yield path


def _walk(neighbours: list[list[int]], node: int, following: int) -> list[int]:
    path = [node, following]
    while len(neighbours[following]) == 2 and following != path[0]:
        one, other = neighbours[following]
        node, following = following, other if one == node else one
        path.append(following)
    return path


def _neighbours(skeleton: BoolArray) -> list[list[int]]:
    """For each pixel, in reading order, the numbers of the pixels that it is joined to, in the same order."""
    padded = np.pad(skeleton, 1)
    width = padded.shape[1]
    places = np.flatnonzero(padded)
    numbers = np.zeros(padded.size, np.intp)
    numbers[places] = np.arange(len(places))
    beside = places[:, None] + [-width - 1, -width, -width + 1, -1, 1, width - 1, width, width + 1]
    touching = padded.ravel()[beside]
    starts, kinds = np.nonzero(touching)
    ends = numbers[beside[touching]]
    junction = touching.sum(axis=1) > 2
    within = junction[starts] & junction[ends]  # steps within a junction
    by_length = np.argsort(~np.isin(kinds[within], SIDES), kind="stable")
    kept = _spanning_tree(zip(starts[within][by_length].tolist(), ends[within][by_length].tolist(), strict=True))
    neighbours: list[list[int]] = [[] for _ in places]
    for start, end, uncertain in zip(starts.tolist(), ends.tolist(), within.tolist(), strict=True):
        if not uncertain or (start, end) in kept or (end, start) in kept:
            neighbours[start].append(end)
    return neighbours


def _spanning_tree(steps: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
    """The steps, taken in their order, that close no ring (Kruskal 1956)."""
    above: dict[int, int] = {}
    kept = set()
    for start, end in steps:
        tops = []
        for top in (start, end):
            while top in above:
                top = above[top]
            tops.append(top)
        if tops[0] != tops[1]:
            above[tops[0]] = tops[1]
            kept.add((start, end))
    return kept
