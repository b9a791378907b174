"""Centrelines: from the steps of a skeleton to a smooth curve, its directions and its curvature."""

import math
from collections.abc import Sequence

import numpy as np
import scipy

from venule.photograph.arrays import FloatArray

SMOOTHING = 2.0  # pixels, sigma along the curve: removes the steps of the skeleton; a circle of radius 10 loses 2 %

STRAIGHT_ON = 35.0  # degrees that a vessel may turn by where it crosses another


def resample(path: FloatArray) -> FloatArray:
    """Points about a pixel apart along a path (points, 2), at least two; its ends stay."""
    steps = np.linalg.norm(np.diff(path, axis=0), axis=1)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    places = np.linspace(0, along[-1], max(2, round(along[-1]) + 1))
    return np.column_stack([np.interp(places, along, path[:, axis]) for axis in (0, 1)])


def path_length(path: FloatArray) -> float:
    """The length of a path (points, 2) along its steps."""
    return float(np.linalg.norm(np.diff(path, axis=0), axis=1).sum())


def smooth(path: FloatArray, *, sigma: float = SMOOTHING, ring: bool = False) -> FloatArray:
    """A path with Gaussian smoothing along it; its ends stay.

    Args:
        path: (points, 2), evenly spaced.
        sigma: in points.
        ring: the path closes on itself.
    """
    if ring:
        closed = scipy.ndimage.gaussian_filter1d(path[:-1], sigma, axis=0, mode="wrap")
        return np.concatenate([closed, closed[:1]])
    reach = min(len(path) - 1, int(np.ceil(4 * sigma)))
    # The path is continued by its mirror image about each end, so that the end is its own mean.
    before = 2 * path[0] - path[reach:0:-1]
    after = 2 * path[-1] - path[-2 : -reach - 2 : -1]
    return np.asarray(
        scipy.ndimage.gaussian_filter1d(np.concatenate([before, path, after]), sigma, axis=0)[reach : reach + len(path)]
    )


def slopes(path: FloatArray) -> FloatArray:
    """Half of the step from the point before to the point after, for each point; at an end the only step.

    What `numpy.gradient` gives along the first axis, in a fraction of its time for a short path.
    """
    result = np.empty_like(path)
    result[1:-1] = (path[2:] - path[:-2]) / 2
    result[0], result[-1] = path[1] - path[0], path[-1] - path[-2]
    return result


def normals(centreline: FloatArray) -> FloatArray:
    """Unit vectors across a centreline, (points, 2), to the left of its direction."""
    along = slopes(centreline)
    along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-12)
    return np.column_stack([-along[:, 1], along[:, 0]])


def curvature(centreline: FloatArray, *, sigma: float) -> FloatArray:
    """Signed curvature at each point of a centreline, (points,), per unit of length.

    Within three sigma of an end it is that of the nearest point farther inside.

    Args:
        centreline: (points, 2), about evenly spaced.
        sigma: smoothing before the derivatives are taken, in points.
    """
    if len(centreline) < 5:
        return np.zeros(len(centreline))
    path = smooth(centreline, sigma=min(sigma, len(centreline) / 6))
    first = slopes(path)
    second = slopes(first)
    speed = np.maximum(np.hypot(first[:, 0], first[:, 1]), 1e-12)
    bends = (first[:, 1] * second[:, 0] - first[:, 0] * second[:, 1]) / speed**3
    edge = min(round(3 * sigma), len(bends) // 4)
    bends[:edge], bends[len(bends) - edge :] = bends[edge], bends[len(bends) - edge - 1]
    return np.asarray(bends)


def leaving_direction(line: FloatArray, *, radius: float) -> FloatArray:
    """Unit vector (row, column) in which a vessel leaves a junction.

    It is taken between one and a half and four radii from the junction (at least between 3 and 12 pixels): outside the
    junction, but before the vessel bends away. For a shorter vessel it is taken from end to end.

    Args:
        line: (points, 2), from the junction outwards.
        radius: of the junction.
    """
    away = np.linalg.norm(line - line[0], axis=1)
    outside, beyond = np.flatnonzero(away >= max(3.0, 1.5 * radius)), np.flatnonzero(away >= max(12.0, 4 * radius))
    first = int(outside[0]) if len(outside) else 0
    last = int(beyond[0]) if len(beyond) else len(line) - 1
    if last <= first:
        first, last = 0, len(line) - 1
    step = line[last] - line[first]
    return np.asarray(step / max(float(np.linalg.norm(step)), 1e-12))


def straight_pairs(directions: Sequence[FloatArray]) -> int:
    """Number of pairs of vessels that continue each other straight through one place, turning by at most 35 degrees.

    The straightest pair is taken first; each vessel belongs to one pair at most.
    """
    most = -math.cos(math.radians(STRAIGHT_ON))
    pairs = sorted(
        (float(directions[one] @ directions[other]), one, other)
        for one in range(len(directions))
        for other in range(one + 1, len(directions))
    )
    taken: set[int] = set()
    for cosine, one, other in pairs:
        if cosine <= most and one not in taken and other not in taken:
            taken |= {one, other}
    return len(taken) // 2
