"""The gaps between vessels: lacunarity and sparsity."""

import cv2
import numpy as np
from numpy.typing import NDArray

from venule.errors import MeasurementError
from venule.measurement.section import Section
from venule.photograph.arrays import BoolArray, FloatArray

BOX = 1 / 16  # side of the gliding box, of the diameter of the field of view


def lacunarity(vessels: BoolArray, fov: BoolArray, *, side: int) -> float:
    """Lacunarity: how unevenly vessels fill the field of view, by a gliding box (Allain and Cloitre 1991) of one size.

    Args:
        vessels: bool (height, width).
        fov: bool (height, width); only boxes wholly inside count.
        side: of the box, pixels.

    Returns:
        Mean of the squared number of vessel pixels in a box over the squared mean: 1 if all boxes hold the same number,
        more the more they differ.

    Raises:
        MeasurementError: no box fits into the field of view, or there are no vessels.
    """
    if not vessels.any():
        raise MeasurementError("there are no vessels", reason="no-vessels")
    boxes = [_box_sums(mask, side) for mask in (fov, vessels & fov)]
    if boxes[0].size == 0 or not (whole := boxes[0] >= side * side).any():
        raise MeasurementError(f"no box of {side} pixels fits into the field of view", reason="fov-too-small")
    shares = boxes[1][whole].astype(np.float64)
    if not shares.any():
        raise MeasurementError("no box wholly inside the field of view has vessels", reason="no-vessels")
    return float(np.mean(shares**2) / np.mean(shares) ** 2)


def section_lacunarity(section: Section) -> float:
    """Lacunarity with a box of 1/16 of the field of view."""
    side = max(2, round(BOX * section.plane.diameter))
    return lacunarity(section.vessels, section.area.inside, side=side)


def mean_sparsity(section: Section) -> float:
    """Mean distance of a point between vessels to the nearest vessel, pixels (VascX: sparsity)."""
    return float(_distances(section).mean())


def largest_sparsity(section: Section) -> float:
    """Radius of the largest disc without vessel about a point of the region, pixels."""
    return float(_distances(section).max())


def _distances(section: Section) -> FloatArray:
    if not section.plane.vessels.any():
        raise MeasurementError("there are no vessels", reason="no-vessels")
    between = section.area.inside & ~section.area.cut(section.plane.vessels)
    if not between.any():
        raise MeasurementError("the area is all vessel: there are no gaps", reason="all-vessel")
    return np.asarray(section.area.cut(section.plane.to_vessel)[between])


def _box_sums(mask: BoolArray, side: int) -> NDArray[np.int32]:
    """The number of pixels in each box, from the table of sums."""
    total = cv2.integral(mask.astype(np.uint8))
    if min(mask.shape) < side:
        return np.zeros((0, 0), np.int32)
    return np.asarray(total[side:, side:] - total[:-side, side:] - total[side:, :-side] + total[:-side, :-side])
