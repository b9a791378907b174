"""Measurements around the optic disc and the fovea: vessels, arcades, equivalents, avascular area, distances."""

import math
from collections.abc import Sequence

import numpy as np

from venule.errors import MeasurementError
from venule.measurement.eye import Eye
from venule.measurement.graph import VesselGraph
from venule.measurement.regions import ZONES, Section
from venule.photograph.arrays import BoolArray, FloatArray
from venule.vessel_map import Disc

LEAVING = 1.0  # radius in disc diameters of the circle on which vessels that leave the disc are counted
OPENING = 2.0  # radius in disc diameters of the circle on which the arcades are looked for
LEAST_SEEN = 0.9  # of a circle that must lie within the field of view
ARTERIES, VEINS = 0.88, 0.95  # branching coefficients
VESSELS = 6
LEAST_LENGTH = 0.25  # disc diameters that a vessel must run inside zone B, half of the zone's width


def vessels_at_disc(section: Section) -> float:
    """Vessels that cross the circle of one disc diameter about the disc's centre, half a diameter from its rim.

    Raises:
        MeasurementError: the disc was not found, or less than nine tenths of the circle are seen.
    """
    return len(_crossings(section.eye, LEAVING)[0])


def arcade_angle(section: Section) -> float:
    """Angle at the disc between the temporal arcades, degrees.

    The arcades are the widest vessel above the line from disc to fovea and the widest below it, between 15 and 120
    degrees from it, on the circle with a radius of two disc diameters around the disc.

    Raises:
        MeasurementError: disc or fovea were not found, the temporal half of the circle is not seen, or a side has no
            vessel.
    """
    disc, fovea = section.eye.known_disc(), section.eye.known_fovea()
    towards = math.atan2(fovea.centre[0] - disc.centre[0], fovea.centre[1] - disc.centre[1])
    angles, calibres = _crossings(section.eye, OPENING, towards=towards)
    found = []
    for side in (1, -1):
        beside = np.degrees(angles) * side
        chosen = (beside > 15) & (beside < 120)
        if not chosen.any():
            raise MeasurementError("no arcade was found on one side", reason="no-arcade")
        found.append(float(beside[chosen][int(calibres[chosen].argmax())]))
    return sum(found)


def _crossings(eye: Eye, radius: float, *, towards: float | None = None) -> tuple[FloatArray, FloatArray]:
    """Angles in (-pi, pi] from a direction, and calibres, of the centrelines that cross a circle about the disc.

    With a direction, only the half of the circle on that side must be seen.
    """
    disc, fov, turn = eye.known_disc(), eye.plane.fov, towards or 0.0
    angles = turn + np.linspace(-math.pi, math.pi, 720, endpoint=False)
    circle = np.column_stack([np.sin(angles), np.cos(angles)]) * radius * disc.diameter + disc.centre
    circle = np.rint(circle).astype(int)
    inside: BoolArray = np.all((circle >= 0) & (circle < fov.shape), axis=1)
    inside[inside] = fov[tuple(circle[inside].T)]
    asked = np.abs(angles - turn) <= math.pi / 2 if towards is not None else np.ones(len(angles), np.bool_)
    if inside[asked].mean() < LEAST_SEEN:
        raise MeasurementError(
            f"the circle of {radius:g} disc diameters about the disc lies outside the field of view",
            reason="region-not-seen",
        )
    found = []
    for segment in eye.graph.segments:
        away = np.linalg.norm(segment.centreline - disc.centre, axis=1) - radius * disc.diameter
        for place in np.flatnonzero(np.diff(np.sign(away)) != 0):
            row, column = segment.centreline[place] - disc.centre
            angle = (math.atan2(row, column) - turn + math.pi) % (2 * math.pi) - math.pi
            found.append((angle, float(segment.calibre[place])))
    return np.array([angle for angle, _ in found]), np.array([calibre for _, calibre in found])


def disc_diameter(section: Section) -> float:
    """Diameter of the optic disc, pixels."""
    return section.eye.known_disc().diameter


def disc_fovea_distance(section: Section) -> float:
    """Between the centres of optic disc and fovea, pixels."""
    return math.dist(section.eye.known_disc().centre, section.eye.placed_fovea().centre)


def avascular_radius(section: Section) -> float:
    """Radius of the largest disc without vessels whose centre lies within a third of a disc diameter of the fovea.

    This is what a photograph shows of the foveal avascular zone. The finest vessels are thinner than a pixel, so the
    area is larger than angiography shows.

    Returns:
        Pixels of the plane.

    Raises:
        MeasurementError: the optic disc or the fovea was not found, or the area reaches out of the field of view.
    """
    plane, disc, fovea = section.eye.plane, section.eye.known_disc(), section.eye.placed_fovea()
    reach = disc.diameter / 3
    top, left = (max(0, math.floor(middle - reach)) for middle in fovea.centre)
    bottom, right = (max(0, math.ceil(middle + reach) + 1) for middle in fovea.centre)
    near = np.argwhere(plane.fov[top:bottom, left:right]) + np.array([top, left])
    near = near[np.hypot(*(near - fovea.centre).T) <= reach]
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


def crae(section: Section) -> float:
    """Central retinal artery equivalent of the six widest arteries in zone B, pixels."""
    return _equivalent(section.eye.arteries, coefficient=ARTERIES)


def crve(section: Section) -> float:
    """Central retinal vein equivalent of the six widest veins in zone B, pixels."""
    return _equivalent(section.eye.veins, coefficient=VEINS)


def avr(section: Section) -> float:
    """Artery over vein equivalent."""
    return crae(section) / crve(section)


def _equivalent(of_kind: Eye, *, coefficient: float) -> float:
    calibres = calibres_in_zone_b(of_kind.graph, of_kind.known_disc())[:VESSELS]
    if calibres and calibres[-1] < of_kind.plane.smallest_calibre:
        raise MeasurementError("a vessel in zone B is too thin to be measured at this resolution", reason="too-thin")
    return knudtson(calibres, coefficient=coefficient)


def knudtson(calibres: Sequence[float], *, coefficient: float) -> float:
    """The calibre of the trunk that six vessels branch from (Knudtson et al. 2003, revised formulas).

    The widest is combined with the narrowest, the next widest with the next narrowest, as c * sqrt(a^2 + b^2), until
    one is left. If their number is odd, the middle one waits for the next round.

    Args:
        calibres: of the vessels, in any unit; the six widest are used.
        coefficient: 0.88 for arteries (CRAE), 0.95 for veins (CRVE).

    Returns:
        The equivalent, in the unit of the calibres.

    Raises:
        MeasurementError: fewer than six vessels.
    """
    if len(calibres) < VESSELS:
        raise MeasurementError(
            f"Knudtson's formulas need six vessels; {len(calibres)} were found in zone B", reason="fewer-than-six"
        )
    row = sorted(calibres, reverse=True)[:VESSELS]
    while len(row) > 1:
        pairs = [coefficient * float(np.hypot(row[i], row[-1 - i])) for i in range(len(row) // 2)]
        waiting = [row[len(row) // 2]] if len(row) % 2 else []
        row = sorted([*pairs, *waiting], reverse=True)
    return float(row[0])


def calibres_in_zone_b(graph: VesselGraph, disc: Disc) -> list[float]:
    """The calibre of each vessel in zone B, widest first: its mean over the part inside the zone.

    Only segments that run at least a quarter of a disc diameter inside the zone count. Segments that branch from each
    other inside the zone are one vessel, with the calibre of the widest.

    Args:
        graph: of the arteries alone, or of the veins alone.
        disc: in the unit of the graph.
    """
    low, high = (radius * disc.diameter for radius in ZONES["zone_b"])
    from networkx import Graph, connected_components

    joined: Graph[int] = Graph()
    for index, segment in enumerate(graph.segments):
        away = np.linalg.norm(segment.centreline - disc.centre, axis=1)
        inside = (away >= low) & (away < high)
        if np.count_nonzero(inside) * segment.length / len(inside) >= LEAST_LENGTH * disc.diameter:
            joined.add_node(index, calibre=float(segment.calibre[inside].mean()))
    for node in graph.nodes:
        away = float(np.hypot(node.position[0] - disc.centre[0], node.position[1] - disc.centre[1]))
        here = [index for index in node.segments if index in joined]
        if low <= away < high and node.kind == "branching":
            joined.add_edges_from((here[0], other) for other in here[1:])
    widest = [max(joined.nodes[i]["calibre"] for i in group) for group in connected_components(joined)]
    return sorted(widest, reverse=True)
