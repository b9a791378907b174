"""How wide the vessels are."""

import numpy as np

from venule.measurement.section import Section


def mean_calibre(section: Section) -> float:
    """Mean width of the vessels over their length, pixels."""
    section.check_vessels()
    return float(np.average(section.calibres, weights=section.weights))


def median_calibre(section: Section) -> float:
    """Width that half of the length of the vessels does not reach, pixels."""
    return calibre_quantile(section, 0.5)


def calibre_spread(section: Section) -> float:
    """Standard deviation of the width over the length of the vessels, pixels."""
    section.check_vessels()
    mean = mean_calibre(section)
    return float(np.sqrt(np.average((section.calibres - mean) ** 2, weights=section.weights)))


def calibre_quantile(section: Section, share: float) -> float:
    """Width that a share of the length of the vessels does not exceed, pixels."""
    section.check_vessels()
    order = np.argsort(section.calibres)
    reached = np.cumsum(section.weights[order])
    place = np.searchsorted(reached, share * reached[-1])
    return float(section.calibres[order][min(int(place), len(order) - 1)])
