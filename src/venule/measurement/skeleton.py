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
    for path in _paths(*_neighbours(skeleton)):
        yield pixels[path]


def _paths(start: list[int], beside: list[int]) -> Iterator[list[int]]:
    """Paths between pixels whose number of neighbours is not two; then the rings of those that are left.

    Args:
        start: for each pixel, where its neighbours begin in `beside`; one more, where the last ones end.
        beside: the neighbours of all pixels.
    """
    counts = np.diff(start)
    walked: set[tuple[int, int]] = set()  # the last step of each path, backwards: where it would be walked again
    inner: set[int] = set()
    for node in np.flatnonzero(counts != 2).tolist():
        for first in beside[start[node] : start[node + 1]]:
            if (node, first) not in walked:
                path = _walk(start, beside, node, first)
                walked.add((path[-1], path[-2]))
                inner.update(path[1:-1])
                yield path
    for pixel in np.flatnonzero(counts == 2).tolist():
        if pixel not in inner:
            path = _walk(start, beside, pixel, beside[start[pixel]])
            inner.update(path)
            yield path


def _walk(start: list[int], beside: list[int], pixel: int, following: int) -> list[int]:
    path = [pixel, following]
    while following != path[0]:
        first = start[following]
        if start[following + 1] - first != 2:
            break
        pixel, following = following, beside[first + 1] if beside[first] == pixel else beside[first]
        path.append(following)
    return path


def _neighbours(skeleton: BoolArray) -> tuple[list[int], list[int]]:
    """The pixels that each pixel is joined to, as `_paths` takes them; pixels are numbered in reading order."""
    padded = np.pad(skeleton, 1)
    width = padded.shape[1]
    places = np.flatnonzero(padded)
    numbers = np.zeros(padded.size, np.intp)
    numbers[places] = np.arange(len(places))
    about = places[:, None] + [-width - 1, -width, -width + 1, -1, 1, width - 1, width, width + 1]
    touching = padded.ravel()[about]
    pixels, kinds = np.nonzero(touching)
    beside = numbers[about[touching]]
    junction = touching.sum(axis=1) > 2
    within = np.flatnonzero(junction[pixels] & junction[beside])  # steps within a junction
    by_length = within[np.argsort(~np.isin(kinds[within], SIDES), kind="stable")]
    tree = _spanning_tree(zip(pixels[by_length].tolist(), beside[by_length].tolist(), strict=True))
    kept = np.ones(len(beside), np.bool_)
    kept[within] = [step in tree for step in zip(pixels[within].tolist(), beside[within].tolist(), strict=True)]
    starts = np.searchsorted(pixels[kept], np.arange(len(places) + 1))
    return starts.tolist(), beside[kept].tolist()


def _spanning_tree(steps: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
    """The steps, taken in their order, that close no ring (Kruskal 1956), forwards and backwards."""
    above: dict[int, int] = {}
    tree = set()
    for one, other in steps:
        tops = []
        for top in (one, other):
            while top in above:
                top = above[top]
            tops.append(top)
        if tops[0] != tops[1]:
            above[tops[0]] = tops[1]
            tree |= {(one, other), (other, one)}
    return tree
