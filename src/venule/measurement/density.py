"""How much vessel there is: shares, lengths and numbers."""

import numpy as np
from skimage.measure import perimeter_crofton

from venule.errors import MeasurementError
from venule.measurement.graph import Node
from venule.measurement.section import Section


def area_density(section: Section) -> float:
    """Share of the region that is vessel, 0 to 1."""
    return float(np.count_nonzero(section.vessels & section.plane.fov)) / section.area


def length_density(section: Section) -> float:
    """Length of the centrelines over the area of the region, per pixel."""
    return total_length(section) / section.area


def total_length(section: Section) -> float:
    """Length of the centrelines within the region, pixels."""
    if not section.area:
        raise MeasurementError("the region lies outside the field of view", reason="region-not-seen")
    return float(section.weights.sum())


def wall_length(section: Section) -> float:
    """Length of the walls of the vessels within the region, those at its border among them, pixels (Crofton 1868)."""
    vessels = section.vessels & section.plane.fov if section.area else section.vessels
    return float(perimeter_crofton(vessels, directions=4))


def segment_count(section: Section) -> float:
    """Segments whose middle lies within the region."""
    return len(section.segments) if section.area else 0


def end_count(section: Section) -> float:
    """Free ends of vessels; those at the edge of the field of view are among them."""
    return sum(len(node.segments) == 1 for node in _nodes(section))


def branching_count(section: Section) -> float:
    """Vessels that begin at another; where n segments meet, n - 2, less two for each vessel that only crosses."""
    return sum(node.branchings for node in _nodes(section))


def crossing_count(section: Section) -> float:
    """Vessels that cross another: two segments that go straight on where another vessel does, by 35 degrees at most."""
    return sum(node.crossings for node in _nodes(section))


def _nodes(section: Section) -> tuple[Node, ...]:
    return section.nodes if section.area else ()
