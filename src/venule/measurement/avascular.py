"""The area round the fovea that vessels keep clear of."""

import math

import numpy as np

from venule.errors import MeasurementError
from venule.measurement.distances import distance_to_false
from venule.measurement.section import Section


def avascular_radius(section: Section) -> float:
    """Radius of the largest disc without vessels whose centre lies within a third of a disc diameter of the fovea.

    What a photograph shows of the foveal avascular zone; its finest vessels are thinner than a pixel, so that this is
    larger than what angiography shows.

    Returns:
        Pixels of the plane.

    Raises:
        MeasurementError: disc or fovea were not found, or that disc would reach out of the field of view.
    """
    plane, disc, fovea = section.plane, section.eye.known_disc(), section.eye.placed_fovea()
    rows, columns = np.ogrid[: plane.fov.shape[0], : plane.fov.shape[1]]
    near = plane.fov & (np.hypot(rows - fovea.centre[0], columns - fovea.centre[1]) <= disc.diameter / 3)
    if not near.any():
        raise MeasurementError("the fovea lies outside the field of view", reason="fovea-not-seen")
    reach = np.where(near, plane.to_vessel, -1)
    radius = float(reach.max())
    row, column = np.unravel_index(int(reach.argmax()), reach.shape)
    edge = distance_to_false(np.pad(plane.fov, 1))[1:-1, 1:-1]
    if edge[row, column] < radius:
        raise MeasurementError("the area round the fovea is cut by the field of view", reason="fovea-not-seen")
    return radius - 0.5  # from the centre of a pixel to the wall, not to the centre of the vessel's pixel


def avascular_area(section: Section) -> float:
    """Area of the disc of `avascular_radius`, square pixels."""
    return math.pi * avascular_radius(section) ** 2
