"""How much vessels wind: each definition for one segment, and means over segments weighted by their length."""

from collections.abc import Callable

import numpy as np
from scipy.signal import find_peaks

from venule.errors import MeasurementError
from venule.measurement.centreline import curvature, path_length
from venule.measurement.section import Section
from venule.photograph.arrays import FloatArray

SHORTEST = 1 / 25  # of the field of view: shorter segments say more of the pixels than of the vessel
BENT = 1 / 15  # of the field of view: the same where curvature is asked, six sigma of its smoothing
CURVED_AT = 1 / 90  # of the field of view: sigma along the vessel at which curvature is taken, 6 px at 540
KINK = 1 / 100  # of the field of view: what turns in a smaller radius than that is two vessels whose ends touch
LEAST_TURN = 0.15  # radians that a bend must turn by to count as one

PerSegment = Callable[[FloatArray, float], float]


def distance_tortuosity(centreline: FloatArray) -> float:
    """Length of a segment over the distance between its ends (Lotmar et al. 1979).

    Args:
        centreline: (points, 2), float, (row, column), in order along the vessel.

    Returns:
        1.0 for a straight segment, more the more it winds; has no unit.

    Raises:
        MeasurementError: fewer than two points, or the two ends coincide (a loop has no such tortuosity).
    """
    chord = float(np.linalg.norm(centreline[-1] - centreline[0])) if len(centreline) else 0.0
    if chord == 0:
        raise MeasurementError(
            f"distance tortuosity needs two distinct ends; got {len(centreline)} point(s)", reason="closed-vessel"
        )
    return path_length(centreline) / chord


def curvature_tortuosity(centreline: FloatArray, *, sigma: float = 3.0) -> float:
    """How far a segment turns in all, over its length: the mean of its absolute curvature (Hart et al. 1999, tau 4).

    Args:
        centreline: (points, 2), evenly spaced.
        sigma: smoothing along the segment, in points.

    Returns:
        Radians per unit of length; 0 for a straight segment, 1 / radius for an arc.
    """
    return float(np.abs(curvature(centreline, sigma=sigma)).mean())


def squared_curvature_tortuosity(centreline: FloatArray, *, sigma: float = 3.0) -> float:
    """The mean of the squared curvature of a segment over its length (Hart et al. 1999, tau 5).

    Args:
        centreline: (points, 2), evenly spaced.
        sigma: smoothing along the segment, in points.

    Returns:
        Per unit of length squared; 0 for a straight segment, 1 / radius**2 for an arc.
    """
    return float((curvature(centreline, sigma=sigma) ** 2).mean())


def inflection_tortuosity(centreline: FloatArray, *, sigma: float = 3.0) -> float:
    """Inflections plus one, times length over chord (Bullitt et al. 2003, the inflection count metric).

    Args:
        centreline: (points, 2), evenly spaced.
        sigma: smoothing along the segment, in points.

    Returns:
        1.0 for a straight segment; a bend counts where it turns by 0.15 radians or more.

    Raises:
        MeasurementError: as `distance_tortuosity`.
    """
    return (inflections(centreline, sigma=sigma) + 1) * distance_tortuosity(centreline)


def inflections(centreline: FloatArray, *, sigma: float = 3.0) -> int:
    """How often a segment changes the side that it bends to, between bends of 0.15 radians or more.

    Those are the peaks and troughs of its direction along its length that stand out by as much.
    """
    steps = np.linalg.norm(np.gradient(centreline, axis=0), axis=1)
    direction = np.cumsum(curvature(centreline, sigma=sigma) * steps)
    peaks, troughs = (len(find_peaks(sign * direction, prominence=LEAST_TURN)[0]) for sign in (1, -1))
    return peaks + troughs


def mean_distance_tortuosity(section: Section) -> float:
    """Distance tortuosity, the mean over segments weighted by length."""
    return _weighted(section, lambda line, _: distance_tortuosity(line))


def median_distance_tortuosity(section: Section) -> float:
    """Distance tortuosity, the median over segments."""
    return float(np.median(_each(section, lambda line, _: distance_tortuosity(line))[0]))


def mean_curvature_tortuosity(section: Section) -> float:
    """Curvature tortuosity times the diameter of the field of view, weighted by length; radians per such diameter."""
    return section.plane.diameter * _weighted(
        section, lambda line, sigma: curvature_tortuosity(line, sigma=sigma), shortest=BENT
    )


def mean_squared_curvature_tortuosity(section: Section) -> float:
    """Squared curvature tortuosity times the squared diameter of the field of view, weighted by length."""
    weighted = _weighted(section, lambda line, sigma: squared_curvature_tortuosity(line, sigma=sigma), shortest=BENT)
    return section.plane.diameter**2 * weighted


def mean_inflection_tortuosity(section: Section) -> float:
    """Inflection count metric, the mean over segments weighted by length."""
    return _weighted(section, lambda line, sigma: inflection_tortuosity(line, sigma=sigma), shortest=BENT)


def _weighted(section: Section, of: PerSegment, *, shortest: float = SHORTEST) -> float:
    values, lengths = _each(section, of, shortest=shortest)
    return float(np.average(values, weights=lengths))


def _each(section: Section, of: PerSegment, *, shortest: float = SHORTEST) -> tuple[FloatArray, FloatArray]:
    """The value and the length of every segment that is open, without a kink and long enough, outside of junctions."""
    if not section.area:
        raise MeasurementError("the region lies outside the field of view", reason="region-not-seen")
    diameter = section.plane.diameter
    lines = [segment.between_junctions for segment in section.segments]
    found = [
        (of(line, CURVED_AT * diameter), path_length(line))
        for line in lines
        if tells_winding(line, diameter=diameter, shortest=shortest)
    ]
    if not found:
        raise MeasurementError(
            f"no segment is open, without a kink, and as long as 1/{1 / shortest:.0f} of the field of view",
            reason="no-long-segments",
        )
    values, lengths = np.array(found).T
    return values, lengths


def tells_winding(line: FloatArray, *, diameter: float, shortest: float = SHORTEST) -> bool:
    """Whether a centreline between junctions is long enough, neither closes on itself, nor has a kink.

    Args:
        line: (points, 2), in pixels of the plane, a pixel apart.
        diameter: of the field of view, in the same pixels.
        shortest: of the field of view.
    """
    length = path_length(line)
    if length < shortest * diameter or float(np.linalg.norm(line[-1] - line[0])) <= 0.1 * length:
        return False
    bends = curvature(line, sigma=CURVED_AT * diameter)
    return float(np.abs(bends).max()) * KINK * diameter < 1
