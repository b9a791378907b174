"""The walls of vessels: where the level across a centreline falls below that of a wall."""

import cv2
import numpy as np
import scipy

from venule.measurement.graph import VesselGraph
from venule.measurement.plane import Plane
from venule.photograph.arrays import BoolArray, FloatArray

BLOCK = 8  # samples at a time: most walls are found in the first block
STEP = 0.5  # pixels between two samples of the level, across a vessel


def distances_to_walls(plane: Plane, points: FloatArray, across: FloatArray, *, reach: float) -> FloatArray:
    """Distances from points inside vessels to the wall on either side.

    The level is interpolated between pixels. In a probability map, or one of covered shares, a wall is therefore found
    to a fraction of a pixel; in a binary mask, only on average over the length of a vessel.

    Args:
        plane: with the level.
        points: (n, 2).
        across: (n, 2), unit vectors across the vessel.
        reach: largest distance, in pixels.

    Returns:
        (n, 2), to the wall against `across` and along it; NaN if the point is outside a vessel, or no wall in reach.
    """
    # There is no vessel outside the field of view: a wall lies between its last pixel and the first outside.
    level = np.pad(np.where(plane.fov, plane.level, np.float32(0)), 1)
    return np.column_stack([_to_wall(plane, level, points, side * across, reach) for side in (-1, 1)])


def within_walls(plane: Plane, graph: VesselGraph) -> BoolArray:
    """Pixels between the walls of vessels.

    Args:
        plane: with the level.
        graph: of its vessels, in pixels of the plane.

    Returns:
        bool (height, width): the vessel pixels that reach the level at the walls of the nearest centreline.
    """
    centre = np.ones(plane.vessels.shape, np.uint8)
    centre[tuple(np.rint(graph.points).astype(np.intp).T)] = 0
    middle = centre == 0
    if plane.wall <= plane.threshold or not middle.any():
        return plane.vessels
    nearest = cv2.distanceTransformWithLabels(centre, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)[1]
    walls = np.zeros(int(nearest.max()) + 1, np.float32)
    walls[nearest[middle]] = plane.walls_of(plane.level[middle])
    return np.asarray(plane.vessels & (plane.level >= walls[nearest]))


def _to_wall(plane: Plane, level: FloatArray, points: FloatArray, across: FloatArray, reach: float) -> FloatArray:
    offsets = np.arange(0, reach + STEP, STEP)
    wall = plane.walls_of(_levels(level, points, across, offsets[:1]))
    found = np.full(len(points), np.nan)
    sought = np.arange(len(points))
    for start in range(0, len(offsets), BLOCK):
        block = offsets[max(0, start - 1) : start + BLOCK]  # with the last of the block before
        profile = _levels(level, points[sought], across[sought], block) - wall[sought]
        below = profile < 0
        first = below.argmax(axis=1)
        has = np.flatnonzero(first > 0)
        inside, outside = (profile[has, first[has] - shift] for shift in (1, 0))
        found[sought[has]] = block[first[has] - 1] + STEP * inside / (inside - outside)
        sought = sought[~below.any(axis=1)]
    return found


def _levels(level: FloatArray, points: FloatArray, across: FloatArray, offsets: FloatArray) -> FloatArray:
    """The level at some distances from points, (points, offsets)."""
    places = [points[:, axis, None] + across[:, axis, None] * offsets + 1 for axis in (0, 1)]
    return np.asarray(scipy.ndimage.map_coordinates(level, places, order=1, mode="constant"))
