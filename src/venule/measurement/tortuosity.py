"""Tortuosity: each definition for one centreline."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from venule.errors import MeasurementError
from venule.measurement.centreline import curvature, path_length, slopes
from venule.photograph.arrays import FloatArray

SHORTEST = 1 / 25  # of the field of view: in shorter segments tortuosity depends on the pixels
CURVED_AT = 1 / 90  # of the field of view: sigma along the vessel at which curvature is taken, 6 px at 540
KINK = 1 / 100  # of the field of view: a turn with a smaller radius is made of two vessels whose ends touch
LEAST_TURN = 0.15  # radians that a bend must turn by to count as one


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
    """The mean absolute curvature of a segment: its total turn over its length (Hart et al. 1999, tau 4).

    Args:
        centreline: (points, 2), evenly spaced.
        sigma: smoothing along the segment, in points.

    Returns:
        Radians per unit of length; 0 for a straight segment, 1 / radius for an arc.
    """
    return float(np.abs(curvature(centreline, sigma=sigma)).mean())


def inflections(centreline: FloatArray, *, sigma: float = 3.0) -> int:
    """How often a segment changes the direction of its bends, counting bends of 0.15 radians or more.

    These changes are the peaks and troughs of its direction along its length that stand out by as much.
    """
    return _inflections(centreline, curvature(centreline, sigma=sigma))


def _inflections(centreline: FloatArray, bends: FloatArray) -> int:
    direction = np.cumsum(bends * np.linalg.norm(slopes(centreline), axis=1))
    return count_turns(direction, least=LEAST_TURN)


def count_turns(values: FloatArray, *, least: float) -> int:
    """The number of peaks and troughs of a curve with at least this prominence; its ends do not count.

    The result is that of `scipy.signal.find_peaks`, which takes half a second to load.
    """
    turns, towards = 0, 0  # 1 where the curve has risen by the least, -1 where it has fallen
    low = high = float(values[0])
    for value in values.tolist():
        low, high = min(low, value), max(high, value)
        if towards >= 0 and high - value >= least:
            turns, towards, low = turns + towards, -1, value
        elif towards <= 0 and value - low >= least:
            turns, towards, high = turns - towards, 1, value
    return turns


@dataclass(frozen=True, eq=False)
class Winding:
    """The tortuosity of one segment; each number is computed once.

    Attributes:
        line: (points, 2), its centreline between junctions, in pixels of the plane, a pixel apart.
        diameter: of the field of view, in the same pixels.
    """

    line: FloatArray
    diameter: float

    @cached_property
    def length(self) -> float:
        """Along the centreline."""
        return path_length(self.line)

    @cached_property
    def bends(self) -> FloatArray:
        """The curvature at each point."""
        return curvature(self.line, sigma=CURVED_AT * self.diameter)

    @cached_property
    def distance(self) -> float:
        """Length over chord (Lotmar et al. 1979)."""
        return distance_tortuosity(self.line)

    @property
    def absolute(self) -> float:
        """Mean absolute curvature (Hart et al. 1999, tau 4)."""
        return float(np.abs(self.bends).mean())

    @property
    def squared(self) -> float:
        """Mean squared curvature (Hart et al. 1999, tau 5)."""
        return float((self.bends**2).mean())

    @property
    def inflection(self) -> float:
        """Inflections plus one, times length over chord (Bullitt et al. 2003, the inflection count metric)."""
        return (_inflections(self.line, self.bends) + 1) * self.distance

    def tells(self, shortest: float = SHORTEST) -> bool:
        """Whether the segment is as long as that share of the field of view, is open, and has no kink."""
        return self.length >= shortest * self.diameter and self._smooth

    @cached_property
    def _smooth(self) -> bool:
        if float(np.linalg.norm(self.line[-1] - self.line[0])) <= 0.1 * self.length:
            return False
        return float(np.abs(self.bends).max()) * KINK * self.diameter < 1
