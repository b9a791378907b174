"""Calibre: the width of the vessels."""

import numpy as np

from venule.measurement.section import Section


def mean_calibre(section: Section) -> float:
    """Mean width of the vessels over their length, pixels."""
    section.check_vessels()
    return float(np.average(section.calibres, weights=section.weights))


def median_calibre(section: Section) -> float:
    """Median width of the vessels over their length, pixels."""
    return calibre_quantile(section, 0.5)


def calibre_spread(section: Section) -> float:
    """Standard deviation of the width over the length of the vessels, pixels."""
    section.check_vessels()
    mean = mean_calibre(section)
    return float(np.sqrt(np.average((section.calibres - mean) ** 2, weights=section.weights)))


def calibre_quantile(section: Section, share: float) -> float:
    """Quantile of the width of the vessels over their length, pixels; `share` is between 0 and 1."""
    section.check_vessels()
    order = np.argsort(section.calibres)
    reached = np.cumsum(section.weights[order])
    place = np.searchsorted(reached, share * reached[-1])
    return float(section.calibres[order][min(int(place), len(order) - 1)])
