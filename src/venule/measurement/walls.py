"""The walls of vessels: where, across a centreline, the level falls below the threshold."""

import numpy as np
from scipy.ndimage import map_coordinates

from venule.arrays import FloatArray
from venule.measurement.plane import Plane

PART = 4096  # points at a time, to spare memory
STEP = 0.5  # pixels between two looks at the level, across a vessel


def distances_to_walls(plane: Plane, points: FloatArray, across: FloatArray, *, reach: float) -> FloatArray:
    """How far it is from points inside vessels to the wall on either side.

    The level is interpolated between pixels, so that a wall is found to a fraction of a pixel wherever the level says
    as much: of a probability or a coverage; of a drawing in yes and no, only on the average over a vessel's length.

    Args:
        plane: with the level.
        points: (n, 2).
        across: (n, 2), unit vectors.
        reach: how far to look, in pixels.

    Returns:
        (n, 2), to the wall against `across` and along it; NaN where the point is outside a vessel or no wall in
        reach.
    """
    # Outside the field of view there is no vessel; between the last pixel inside and the first outside lies its wall.
    level = np.pad(np.where(plane.fov, plane.level, np.float32(0)), 1)
    parts = [slice(start, start + PART) for start in range(0, len(points), PART)]
    sides = [
        [_to_wall(level, plane.threshold, points[part], s * across[part], reach) for part in parts] for s in (-1, 1)
    ]
    return np.column_stack([np.concatenate([np.zeros(0), *side]) for side in sides])


def _to_wall(level: FloatArray, threshold: float, points: FloatArray, across: FloatArray, reach: float) -> FloatArray:
    offsets = np.arange(0, reach + STEP, STEP)
    rows, columns = (points[:, axis, None] + across[:, axis, None] * offsets + 1 for axis in (0, 1))
    profile = map_coordinates(level, [rows, columns], order=1, mode="constant") - threshold
    below = profile < 0
    first = below.argmax(axis=1)
    has = below.any(axis=1) & (first > 0)
    inside, outside = (profile[has, first[has] - shift] for shift in (1, 0))
    found = np.full(len(points), np.nan)
    found[has] = offsets[first[has] - 1] + STEP * inside / (inside - outside)
    return found
