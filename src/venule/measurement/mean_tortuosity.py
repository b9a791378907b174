"""Tortuosity of a section: means over its segments."""

from collections.abc import Callable

import numpy as np

from venule.errors import MeasurementError
from venule.measurement.section import Section
from venule.measurement.tortuosity import SHORTEST, Winding

BENT = 1 / 15  # of the field of view: the shortest segment for curvature, six sigma of its smoothing


def mean_distance_tortuosity(section: Section) -> float:
    """Distance tortuosity, the mean over segments weighted by length."""
    return _weighted(section, lambda winding: winding.distance)


def median_distance_tortuosity(section: Section) -> float:
    """Distance tortuosity, the median over segments."""
    return float(np.median([winding.distance for winding in _telling(section)]))


def mean_curvature_tortuosity(section: Section) -> float:
    """Curvature tortuosity times the diameter of the field of view, weighted by length; radians per such diameter."""
    return section.plane.diameter * _weighted(section, lambda winding: winding.absolute, shortest=BENT)


def mean_squared_curvature_tortuosity(section: Section) -> float:
    """Squared curvature tortuosity times the squared diameter of the field of view, weighted by length."""
    return section.plane.diameter**2 * _weighted(section, lambda winding: winding.squared, shortest=BENT)


def mean_inflection_tortuosity(section: Section) -> float:
    """Inflection count metric, the mean over segments weighted by length."""
    return _weighted(section, lambda winding: winding.inflection, shortest=BENT)


def _weighted(section: Section, of: Callable[[Winding], float], *, shortest: float = SHORTEST) -> float:
    telling = _telling(section, shortest=shortest)
    return float(np.average([of(winding) for winding in telling], weights=[winding.length for winding in telling]))


def _telling(section: Section, *, shortest: float = SHORTEST) -> list[Winding]:
    """Every segment that is open, has no kink and is long enough."""
    telling = [winding for winding in section.windings if winding.tells(shortest)]
    if not telling:
        raise MeasurementError(
            f"no segment is open, without a kink, and as long as 1/{1 / shortest:.0f} of the field of view",
            reason="no-long-segments",
        )
    return telling
