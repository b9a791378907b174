"""Branchings of a section: medians."""

import numpy as np

from venule.errors import MeasurementError
from venule.measurement.junctions import Junction
from venule.measurement.section import Section


def branching_angle(section: Section) -> float:
    """Angle between the two branches of a branching, median over branchings, degrees."""
    return float(np.median([junction.angle for junction in _inside(section)]))


def junction_exponent(section: Section) -> float:
    """Junction exponent (Murray 1926), median over the branchings that have one."""
    exponents = [junction.exponent for junction in _inside(section)]
    known = [exponent for exponent in exponents if exponent is not None]
    if not known:
        raise MeasurementError("no branching has a junction exponent", reason="no-branchings")
    return float(np.median(known))


def branch_asymmetry(section: Section) -> float:
    """Narrower over wider branch, median over branchings."""
    return float(np.median([junction.asymmetry for junction in _inside(section)]))


def area_ratio(section: Section) -> float:
    """Cross sections of the branches over that of their parent, median (1.26 by Murray's law, alike)."""
    return float(np.median([junction.area_ratio for junction in _inside(section)]))


def _inside(section: Section) -> tuple[Junction, ...]:
    if not section.junctions:
        raise MeasurementError("no vessel branches in this area", reason="no-branchings")
    return section.junctions
