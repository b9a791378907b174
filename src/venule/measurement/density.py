"""How much vessel there is: shares, lengths and numbers."""

import numpy as np

from venule.errors import MeasurementError
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


def segment_count(section: Section) -> float:
    """Segments whose middle lies within the region."""
    return len(section.segments) if section.area else 0


def end_count(section: Section) -> float:
    """Free ends of vessels; those at the edge of the field of view are among them."""
    return _count(section, "end")


def branching_count(section: Section) -> float:
    """Branchings; a place where n segments meet without crossing counts n - 2 times."""
    return _count(section, "branching")


def crossing_count(section: Section) -> float:
    """Places where two vessels cross: four segments that pair up to two lines, each turning by 35 degrees at most."""
    return _count(section, "crossing")


def _count(section: Section, kind: str) -> float:
    nodes = [node for node in section.nodes if node.kind == kind]
    return float(sum(len(node.segments) - 2 for node in nodes) if kind == "branching" else len(nodes))
