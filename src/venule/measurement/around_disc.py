"""Measurements around the optic disc: number of vessels, angle of the arcades, size and distance."""

import math

import numpy as np

from venule.errors import MeasurementError
from venule.measurement.fovea import temporal_direction
from venule.measurement.graph import VesselGraph
from venule.measurement.plane import Plane
from venule.measurement.section import Section
from venule.photograph.arrays import BoolArray, FloatArray
from venule.vessel_map import Disc

LEAVING = 1.0  # radius in disc diameters of the circle on which vessels that leave the disc are counted
OPENING = 2.0  # radius in disc diameters of the circle on which the arcades are looked for
LEAST_SEEN = 0.9  # of a circle that must lie within the field of view


def vessels_at_disc(section: Section) -> float:
    """Vessels that cross the circle of one disc diameter about the disc's centre, half a diameter from its rim.

    Raises:
        MeasurementError: the disc was not found, or less than nine tenths of the circle are seen.
    """
    eye = section.eye
    return len(_crossings(eye.plane, eye.graph, eye.known_disc(), LEAVING)[0])


def arcade_angle(section: Section) -> float:
    """Angle at the disc between the temporal arcades, degrees.

    The arcades are the widest vessel above the line from disc to fovea and the widest below it, between 15 and 120
    degrees from it, on the circle with a radius of two disc diameters around the disc.

    Raises:
        MeasurementError: disc or fovea were not found, the temporal half of the circle is not seen, or a side has no
            vessel.
    """
    eye = section.eye
    disc = eye.known_disc()
    towards = temporal_direction(disc, eye.known_fovea())
    angles, calibres = _crossings(eye.plane, eye.graph, disc, OPENING, towards=towards)
    found = []
    for side in (1, -1):
        beside = np.degrees(angles) * side
        chosen = (beside > 15) & (beside < 120)
        if not chosen.any():
            raise MeasurementError("no arcade was found on one side", reason="no-arcade")
        found.append(float(beside[chosen][int(calibres[chosen].argmax())]))
    return sum(found)


def _crossings(
    plane: Plane, graph: VesselGraph, disc: Disc, radius: float, *, towards: float | None = None
) -> tuple[FloatArray, FloatArray]:
    """Angles in (-pi, pi] from a direction, and calibres, of the centrelines that cross a circle about the disc.

    With a direction, only the half of the circle on that side must be seen.
    """
    turn = towards or 0.0
    angles = turn + np.linspace(-math.pi, math.pi, 720, endpoint=False)
    circle = np.rint(np.column_stack([np.sin(angles), np.cos(angles)]) * radius * disc.diameter + disc.centre).astype(
        int
    )
    inside: BoolArray = np.all((circle >= 0) & (circle < plane.fov.shape), axis=1)
    inside[inside] = plane.fov[tuple(circle[inside].T)]
    asked = np.abs(angles - turn) <= math.pi / 2 if towards is not None else np.ones(len(angles), np.bool_)
    if inside[asked].mean() < LEAST_SEEN:
        raise MeasurementError(
            f"the circle of {radius:g} disc diameters about the disc lies outside the field of view",
            reason="region-not-seen",
        )
    found = []
    for segment in graph.segments:
        away = np.linalg.norm(segment.centreline - disc.centre, axis=1) - radius * disc.diameter
        for place in np.flatnonzero(np.diff(np.sign(away)) != 0):
            row, column = segment.centreline[place] - disc.centre
            angle = (math.atan2(row, column) - turn + math.pi) % (2 * math.pi) - math.pi
            found.append((angle, float(segment.calibre[place])))
    return (np.array([a for a, _ in found]), np.array([c for _, c in found]))


def disc_diameter(section: Section) -> float:
    """Diameter of the optic disc, pixels."""
    return section.eye.known_disc().diameter


def disc_fovea_distance(section: Section) -> float:
    """Between the centres of optic disc and fovea, pixels."""
    disc, fovea = section.eye.known_disc(), section.eye.placed_fovea()
    return math.dist(disc.centre, fovea.centre)
