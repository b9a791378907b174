"""Density: area, length and number of vessels."""

import numpy as np
import skimage

from venule.measurement.section import Section


def area_density(section: Section) -> float:
    """Share of the area that is vessel, 0 to 1."""
    return float(np.count_nonzero(section.vessels)) / section.area.size


def length_density(section: Section) -> float:
    """Length of the centrelines over the area, per pixel."""
    return total_length(section) / section.area.size


def total_length(section: Section) -> float:
    """Length of the centrelines within the area, pixels."""
    return float(section.weights.sum())


def wall_length(section: Section) -> float:
    """Length of the walls of the vessels within the area, those at its border among them, pixels (Crofton 1868)."""
    return float(skimage.measure.perimeter_crofton(section.vessels, directions=4))


def segment_count(section: Section) -> float:
    """Segments whose middle lies within the area."""
    return len(section.windings)


def end_count(section: Section) -> float:
    """Free ends of vessels; those at the edge of the field of view are among them."""
    return sum(len(node.segments) == 1 for node in section.nodes)


def branching_count(section: Section) -> float:
    """Vessels that begin at another; where n segments meet, n - 2, less two for each vessel that only crosses."""
    return sum(node.branchings for node in section.nodes)


def crossing_count(section: Section) -> float:
    """Vessels that cross another: two segments that go straight on where another vessel does, by 35 degrees at most."""
    return sum(node.crossings for node in section.nodes)
