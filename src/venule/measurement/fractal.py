"""Fractal dimensions of the centrelines."""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from venule.errors import MeasurementError
from venule.photograph.arrays import BoolArray, FloatArray

BOXES = (1 / 128, 1 / 16)  # sides of the boxes, of the diameter of the field of view
LEAST_BOX = 4  # pixels: smaller ones see the line, not the tree
GRIDS = 4  # positions of the grid of boxes along each axis
MOMENTS = np.arange(-4.0, 4.01, 0.5)  # of the multifractal spectrum


class Dimensions(NamedTuple):
    """Three fractal dimensions of a set of pixels; 1 for a line, 2 for the whole plane.

    Attributes:
        box: D0: how the number of boxes that hold a point grows as they get smaller (Masters 2004, for retinas); of 16
            positions of the grid the one with the fewest boxes counts.
        information: D1: how the entropy of the shares of points in boxes grows (Rényi 1959); mean over positions.
        correlation: D2: how the sum of squared shares falls (Grassberger and Procaccia 1983); mean over positions.
    """

    box: float
    information: float
    correlation: float


class Spectrum(NamedTuple):
    """The multifractal spectrum of a set of pixels.

    Attributes:
        length: width of the range of singularity exponents, largest minus smallest (the singularity length).
        dimensions: generalised dimension for each of `MOMENTS`, by which the spectrum is found.
    """

    length: float
    dimensions: tuple[float, ...]


def box_sides(diameter: float) -> list[int]:
    """Sides of the boxes, in pixels, about a factor of 1.4 apart.

    Raises:
        MeasurementError: the field of view is too small for boxes of at least three sizes.
    """
    low, high = max(LEAST_BOX, BOXES[0] * diameter), BOXES[1] * diameter
    count = round(2 * np.log2(max(high, 1) / low)) + 1 if high > low else 0
    sides = sorted({round(low * 2 ** (k / 2)) for k in range(count)})
    if len(sides) < 3:
        raise MeasurementError(
            f"a field of view of {diameter:.0f} pixels is too small for a dimension", reason="fov-too-small"
        )
    return sides


def fractal_dimensions(points: BoolArray, *, diameter: float) -> Dimensions:
    """Fractal dimensions of a set by counting boxes from 1/128 to 1/16 of the field of view.

    Args:
        points: bool (height, width), centrelines one pixel wide.
        diameter: of the field of view, pixels.

    Raises:
        MeasurementError: no points, or the field of view is too small.
    """
    places = np.argwhere(points)
    _check(places)
    sides = box_sides(diameter)
    levels = []
    for side in sides:
        shares = [counts / counts.sum() for counts in _counts(places, side)]
        entropy = np.mean([(p * np.log(p)).sum() for p in shares])
        levels.append((-np.log(min(len(p) for p in shares)), entropy, np.log(np.mean([(p**2).sum() for p in shares]))))
    return Dimensions(*(_fit(sides, column) for column in zip(*levels, strict=True)))


def multifractal_spectrum(points: BoolArray, *, diameter: float) -> Spectrum:
    """The multifractal spectrum by the generalised sand box method (Stošić and Stošić 2006, for retinas).

    The mass within a square about every point is followed as the square grows; unlike boxes of a grid, none is cut
    nearly empty, so that negative moments can be trusted. The exponents alpha = d tau / d q, tau = (q - 1) D(q), are
    taken for q from -4 to 4.

    Args:
        points: bool (height, width), centrelines one pixel wide.
        diameter: of the field of view, pixels.

    Raises:
        MeasurementError: no points, or the field of view is too small.
    """
    places = np.argwhere(points)
    _check(places)
    sides = box_sides(diameter)
    total = cv2.integral(points.astype(np.uint8)).astype(np.float64)
    masses = [_within(total, places, side / 2) / len(places) for side in sides]
    dimensions = []
    for q in MOMENTS:
        if abs(q - 1) < 1e-9:
            levels = [float(np.log(mass).mean()) for mass in masses]
            dimensions.append(_fit(sides, levels))
        else:
            levels = [float(np.log(np.mean(mass ** (q - 1)))) for mass in masses]
            dimensions.append(_fit(sides, levels) / (q - 1))
    tau = (MOMENTS - 1) * np.array(dimensions)
    alpha = np.gradient(tau, MOMENTS)
    return Spectrum(float(alpha.max() - alpha.min()), tuple(float(d) for d in dimensions))


def _fit(sides: list[int], levels: Sequence[float]) -> float:
    return float(np.polyfit(np.log(sides), levels, 1)[0])


def _counts(places: NDArray[np.integer], side: int) -> list[NDArray[np.integer]]:
    """How many points each box that holds any has, for every position of the grid."""
    found: list[NDArray[np.integer]] = []
    places = places.astype(np.int32)
    for top in range(GRIDS):
        for left in range(GRIDS):
            shift = np.array([top * side // GRIDS, left * side // GRIDS], np.int32)
            rows, columns = ((places + shift) // side).T
            counts = np.bincount(rows * (columns.max() + 1) + columns)
            found.append(counts[counts > 0])
    return found


def _within(total: FloatArray, places: NDArray[np.integer], reach: float) -> FloatArray:
    """Points within a square about each place, by the table of sums."""
    height, width = total.shape[0] - 1, total.shape[1] - 1
    half = int(reach)
    top, left = np.maximum(places - half, 0).T
    bottom, right = np.minimum(places + half + 1, (height, width)).T
    return np.asarray(total[bottom, right] - total[top, right] - total[bottom, left] + total[top, left])


def _check(places: NDArray[np.integer]) -> None:
    if len(places) < 2:
        raise MeasurementError("there are no vessels whose dimension could be measured", reason="no-vessels")
