"""The area without vessels around the fovea."""

import math

import numpy as np
from numpy.typing import NDArray

from venule.errors import MeasurementError
from venule.measurement.section import Section


def avascular_radius(section: Section) -> float:
    """Radius of the largest disc without vessels whose centre lies within a third of a disc diameter of the fovea.

    This is what a photograph shows of the foveal avascular zone. The finest vessels are thinner than a pixel, so the
    area is larger than angiography shows.

    Returns:
        Pixels of the plane.

    Raises:
        MeasurementError: the optic disc or the fovea was not found, or the area reaches out of the field of view.
    """
    plane, disc, fovea = section.plane, section.eye.known_disc(), section.eye.placed_fovea()
    near = _pixels_about(fovea.centre, disc.diameter / 3, plane.fov.shape)
    near = near[plane.fov[tuple(near.T)]]
    if not len(near):
        raise MeasurementError("the fovea lies outside the field of view", reason="fovea-not-seen")
    to_vessel = plane.to_vessel[tuple(near.T)]
    radius, (row, column) = float(to_vessel.max()), near[to_vessel.argmax()]
    half = math.ceil(radius)
    about = np.pad(plane.fov, half)[row : row + 2 * half + 1, column : column + 2 * half + 1]
    rows, columns = np.ogrid[-half : half + 1, -half : half + 1]
    if not about[rows**2 + columns**2 < round(radius**2)].all():
        raise MeasurementError("the edge of the field of view cuts the area around the fovea", reason="fovea-not-seen")
    return radius - 0.5  # from the centre of a pixel to the wall, not to the centre of the vessel's pixel


def avascular_area(section: Section) -> float:
    """Area of the disc of `avascular_radius`, square pixels."""
    return math.pi * avascular_radius(section) ** 2


def _pixels_about(centre: tuple[float, float], radius: float, shape: tuple[int, ...]) -> NDArray[np.intp]:
    """Pixels of an array within a radius of a position, (n, 2), in reading order."""
    top, left = (max(0, math.floor(middle - radius)) for middle in centre)
    bottom, right = (min(size, math.ceil(middle + radius) + 1) for middle, size in zip(centre, shape, strict=True))
    pixels = np.argwhere(np.ones((max(0, bottom - top), max(0, right - left)), np.bool_)) + np.array([top, left])
    return np.asarray(pixels[np.hypot(*(pixels - centre).T) <= radius])
