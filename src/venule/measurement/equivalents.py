"""Central retinal equivalents: the calibre of one trunk for the six widest arteries, or veins, around the disc."""

from collections.abc import Sequence

import numpy as np

from venule.errors import MeasurementError
from venule.measurement.graph import VesselGraph
from venule.measurement.regions import ZONES
from venule.measurement.section import Section
from venule.vessel_map import Disc

ARTERIES, VEINS = 0.88, 0.95  # branching coefficients
VESSELS = 6
LEAST_LENGTH = 0.25  # disc diameters that a vessel must run inside zone B, half of the zone's width


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


def crae(section: Section) -> float:
    """Central retinal artery equivalent of the six widest arteries in zone B, pixels."""
    return _equivalent(section, section.eye.arteries, coefficient=ARTERIES)


def crve(section: Section) -> float:
    """Central retinal vein equivalent of the six widest veins in zone B, pixels."""
    return _equivalent(section, section.eye.veins, coefficient=VEINS)


def avr(section: Section) -> float:
    """Artery over vein equivalent."""
    return crae(section) / crve(section)


def _equivalent(section: Section, graph: VesselGraph | None, *, coefficient: float) -> float:
    if graph is None:
        raise MeasurementError("arteries and veins are not known", reason="no-arteries-and-veins")
    return knudtson(calibres_in_zone_b(graph, section.eye.known_disc()), coefficient=coefficient)
