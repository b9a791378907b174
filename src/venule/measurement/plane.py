"""The plane that is measured: a vessel map cut to its field of view, at most 1,536 pixels across."""

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from venule.errors import MeasurementError
from venule.photograph import FieldOfView, WorkingScale
from venule.photograph.arrays import BoolArray, FloatArray, ProbabilityArray
from venule.vessel_map import VesselMap

# Pixels across the field of view. venule's networks see at most 1,200, so a finer plane would measure interpolation.
FINEST = 1536.0
# The probability at the wall of a vessel that a model has found. At the lower threshold, which finds most vessels, all
# are too wide; at 0.6, calibres agree with drawings, over data sets and phantoms together (benchmarks/walls.py).
WALL = 0.6
FAINT = 0.8  # of the level in the middle of a faint vessel: the level at its wall
# The thinnest vessel that can be measured, in the pixels in which it was found: those of the photograph, or larger ones
# where the model reduces it. A thinner one is found too wide, if at all, because the pixels and the optics blur it.
SMALLEST = 1.6
# Calibres as they are found, and as they are, in the same pixels: of HRF's photographs reduced to 520 to 850 pixels
# across against those of 1,200, and of phantoms of 560 and 700 against their exact calibres. Wider ones need no change.
FOUND, TRUE = (1.0, 1.5, 2.0, 2.3, 2.7, 3.2, 3.5), (0.8, 1.05, 1.6, 2.0, 2.5, 3.1, 3.5)


@dataclass(frozen=True, eq=False)
class Plane:
    """A vessel map ready to be measured; every length on it is in pixels of the plane.

    Attributes:
        level: float32 (height, width) in [0, 1]: the probability of a vessel, or the share of the pixel that a drawn
            vessel covers.
        threshold: the level from which on a pixel is vessel.
        wall: the level at the wall of a vessel; for a drawing the threshold.
        vessels: bool (height, width), level at or above the threshold inside the field of view.
        fov: bool (height, width), the field of view.
        diameter: of the field of view, in pixels of the plane.
        seen: pixels across the field of view at which the vessels were found.
        blurred: whether a model found them, which makes thin ones wider.
        scale: between the photograph and the plane.
    """

    level: ProbabilityArray
    threshold: float
    wall: float
    vessels: BoolArray
    fov: BoolArray
    diameter: float
    seen: float
    blurred: bool
    scale: WorkingScale

    @classmethod
    def of(cls, found: VesselMap) -> Self:
        """The plane of a vessel map; a map more than 1,536 pixels across is reduced to that, by means over areas.

        Raises:
            MeasurementError: the field of view is empty.
        """
        if not found.fov.any():
            raise MeasurementError(
                "the field of view of the vessel map is empty: there is nothing to measure in", reason="empty-fov"
            )
        scale = WorkingScale.fit(FieldOfView(found.fov, (0.0, 0.0), found.fov_diameter), FINEST, smallest=1)
        top, left, bottom, right = scale.box
        fov = found.fov[top:bottom, left:right]
        level = np.where(fov, found.probability[top:bottom, left:right], np.float32(0))
        if scale.size != level.shape:
            level = np.asarray(cv2.resize(level, scale.size[::-1], interpolation=cv2.INTER_AREA), np.float32)
            fov = scale.apply_mask(found.fov)
        diameter = found.fov_diameter * scale.size[0] / (bottom - top)
        wall = max(WALL, found.threshold) if found.model else found.threshold
        vessels = (level >= found.threshold) & fov
        seen = min(found.fov_diameter, found.working_diameter or math.inf)
        return cls(level, found.threshold, wall, vessels, fov, diameter, seen, bool(found.model), scale)

    def at_odds(self, factor: float) -> Self:
        """The same plane with the odds of its threshold and of its wall multiplied by a factor."""
        threshold, wall = (float(factor * p / (1 - p + factor * p)) for p in (self.threshold, self.wall))
        return replace(self, threshold=threshold, wall=wall, vessels=(self.level >= threshold) & self.fov)

    def walls_of(self, middle: FloatArray) -> FloatArray:
        """The level at the walls of vessels, from the level in their middle."""
        return np.asarray(np.clip(FAINT * middle, self.threshold, self.wall))

    @property
    def smallest_calibre(self) -> float:
        """The calibre below which a vessel cannot be measured."""
        return SMALLEST * self.diameter / self.seen

    def true_calibre(self, found: FloatArray) -> FloatArray:
        """Calibres without what blur has added to them; below the smallest that can be measured, an estimate."""
        if not self.blurred:
            return found
        pixel = self.diameter / self.seen
        thin = np.interp(found / pixel, (0.0, *FOUND), (0.0, *TRUE)) * pixel
        return np.where(found < FOUND[-1] * pixel, thin, found)

    @property
    def pixel(self) -> float:
        """Side of a pixel of the plane, in pixels of the photograph."""
        top, left, bottom, right = self.scale.box
        height, width = self.scale.size
        return float(np.sqrt((bottom - top) / height * (right - left) / width))

    @cached_property
    def to_vessel(self) -> FloatArray:
        """Distance of each pixel to the nearest vessel pixel, float (height, width); there must be one."""
        return distance_to_false(~self.vessels)

    def on_photograph(self, points: FloatArray) -> FloatArray:
        """Points (n, 2) of the plane, (row, column), as points of the photograph."""
        return self.scale.to_original(points)

    def of_photograph(self, place: tuple[float, float]) -> tuple[float, float]:
        """A point of the photograph, (row, column), as a point of the plane."""
        row, column = self.scale.to_working(np.array([place]))[0]
        return float(row), float(column)


def distance_to_false(mask: BoolArray) -> NDArray[np.float32]:
    """Distance of each pixel to the nearest one that is False (Felzenszwalb and Huttenlocher 2012).

    Args:
        mask: bool (height, width), with at least one False.

    Returns:
        float32 (height, width), pixels; exact, and the same however many threads there are.
    """
    # With one thread, OpenCV hands this to Intel's IPP, whose result changes from run to run. The switch is the calling
    # thread's own.
    had = cv2.ipp.useIPP()
    cv2.ipp.setUseIPP(False)
    try:
        distance = cv2.distanceTransform(mask.view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    finally:
        cv2.ipp.setUseIPP(had)
    # Squares of distances are whole numbers: this takes the rounding of OpenCV's 32 bits off.
    squares = np.square(distance, dtype=np.float64)
    np.rint(squares, out=squares)
    return np.sqrt(squares, out=squares).astype(np.float32)
