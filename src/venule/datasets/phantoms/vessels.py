"""The segments of a vessel tree, Murray's law for its branches, and their exact drawing."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from venule.photograph.arrays import FloatArray

Kind = Literal["artery", "vein"]


@dataclass(frozen=True, eq=False)
class Segment:
    """A vessel from one branching to the next.

    Attributes:
        kind: "artery" or "vein".
        centreline: float64 (points, 2), (row, column), from the disc outwards.
        calibre: float64 (points,), diameter at each point; it never grows on the way outwards.
        parent: index of the segment that it leaves; -1 for one that starts in the optic disc.

    Example:
        >>> phantom.segments[0].kind in ("artery", "vein")
        True
    """

    kind: Kind
    centreline: FloatArray
    calibre: FloatArray
    parent: int


def murray_arm(parent: float, narrow: float) -> float:
    """Calibre of the other branch of `parent` beside `narrow`: parent^3 = narrow^3 + other^3 (Murray 1926, PNAS).

    Calibres in any one unit; 0 where `narrow` takes all.
    """
    return float(max(0.0, parent**3 - narrow**3) ** (1 / 3))


def murray_angles(parent: float, wide: float, narrow: float) -> tuple[float, float]:
    """Angles of two branches to their parent with the least work for the flow (Murray 1926, J. Gen. Physiol.).

    From the three calibres in any one unit; in radians, of `wide` and of `narrow`, to opposite sides.
    """
    first = (parent**4 + wide**4 - narrow**4) / (2 * parent**2 * wide**2)
    second = (parent**4 + narrow**4 - wide**4) / (2 * parent**2 * narrow**2)
    return math.acos(min(1.0, max(-1.0, first))), math.acos(min(1.0, max(-1.0, second)))


@dataclass(frozen=True, eq=False)
class Sweep:
    """The area covered by a disc of the calibre that moves along each centreline.

    Attributes:
        depth: float32 (height, width), distance from each pixel's centre to the nearest wall, negative inside a
            vessel; `reach` where no vessel is that near.
        calibre: float32 (height, width), of the vessel whose wall that is; 0 where there is none.
    """

    depth: FloatArray
    calibre: FloatArray


def sweep(segments: Sequence[Segment], shape: tuple[int, int], *, reach: float) -> Sweep:
    """Measure the distance to the walls of vessels, up to `reach` pixels outside them."""
    depth = np.full(shape, reach, np.float32)
    calibre = np.zeros(shape, np.float32)
    if not segments:
        return Sweep(depth, calibre)
    starts = np.concatenate([s.centreline[:-1] for s in segments])
    ends = np.concatenate([s.centreline[1:] for s in segments])
    first = np.concatenate([s.calibre[:-1] for s in segments])
    last = np.concatenate([s.calibre[1:] for s in segments])
    middles = np.rint((starts + ends) / 2).astype(np.int64)
    halves = np.ceil(np.linalg.norm(ends - starts, axis=1) / 2 + first / 2 + reach + 1).astype(np.int64)
    found = []
    for half in np.unique(halves):
        chosen = halves == half
        offsets = np.arange(-half, half + 1)
        rows = middles[chosen, 0, None, None] + offsets[None, :, None]
        columns = middles[chosen, 1, None, None] + offsets[None, None, :]
        step = (ends - starts)[chosen][:, :, None, None]
        row, column = rows - starts[chosen, 0, None, None], columns - starts[chosen, 1, None, None]
        along = np.clip((row * step[:, 0] + column * step[:, 1]) / (step**2).sum(1), 0, 1)
        width = first[chosen, None, None] * (1 - along) + last[chosen, None, None] * along
        wall = np.hypot(row - along * step[:, 0], column - along * step[:, 1]) - width / 2
        near = (wall < reach) & (rows >= 0) & (rows < shape[0]) & (columns >= 0) & (columns < shape[1])
        found.append((wall[near], width[near], (rows * shape[1] + columns)[near]))
    walls, widths, places = (np.concatenate(column) for column in zip(*found, strict=True))
    order = np.argsort(-walls, kind="stable")  # the nearest wall is written last
    depth.flat[places[order]] = walls[order]
    calibre.flat[places[order]] = widths[order]
    return Sweep(depth, calibre)
