"""Measurements of the vessels in a section: density, calibre, branching, tortuosity, dimensions and gaps."""

from collections.abc import Callable

import cv2
import numpy as np
import skimage
from numpy.typing import NDArray

from venule.errors import MeasurementError
from venule.measurement.fractal import multifractal_spectrum
from venule.measurement.regions import Section
from venule.measurement.tortuosity import SHORTEST, Winding
from venule.photograph.arrays import BoolArray, FloatArray

BENT = 1 / 15  # of the field of view: the shortest segment for curvature, six sigma of its smoothing
# Where vessels are too thin to be measured, others are too thin to be found: usually half as much again, at most as
# much again, on average 0.4 of the smallest calibre wide (HRF reduced to 520 to 700 pixels across, against 1,200).
UNSEEN, UNSEEN_AT_MOST, UNSEEN_CALIBRE = 0.5, 1.0, 0.4
BOX = 1 / 16  # side of the gliding box for lacunarity, of the diameter of the field of view


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


def smallest_calibre(section: Section) -> float:
    """The calibre below which a vessel cannot be measured at this resolution, pixels."""
    return section.eye.plane.smallest_calibre


def calibre_quantile(section: Section, share: float) -> float:
    """Quantile of the width of the vessels over their length, pixels; `share` is between 0 and 1.

    Raises:
        MeasurementError: there are no vessels, or with those that are too thin to be found, the quantile would be of
            vessels that are too thin to be measured.
    """
    section.check_vessels()
    smallest = section.eye.plane.smallest_calibre
    if _quantile(*_with_unseen(section, UNSEEN), share) < smallest:
        raise MeasurementError("the vessels are too thin to be measured at this resolution", reason="too-thin")
    return _quantile(section.calibres, section.weights, share)


def mean_calibre(section: Section) -> float:
    """Mean width of the vessels over their length, pixels.

    Raises:
        MeasurementError: as for the median.
    """
    calibre_quantile(section, 0.5)
    return float(np.average(section.calibres, weights=section.weights))


def calibre_spread(section: Section) -> float:
    """Standard deviation of the width over the length of the vessels, pixels; errors as `mean_calibre`."""
    mean = mean_calibre(section)
    return float(np.sqrt(np.average((section.calibres - mean) ** 2, weights=section.weights)))


def lowest_calibre_quantile(section: Section, share: float) -> float:
    """What `calibre_quantile` would be if the vessels that are too thin to be found had been found."""
    return _quantile(*_with_unseen(section, UNSEEN_AT_MOST), share)


def lowest_mean_calibre(section: Section) -> float:
    """What `mean_calibre` would be if the vessels that are too thin to be found had been found."""
    calibres, weights = _with_unseen(section, UNSEEN_AT_MOST)
    return float(np.average(calibres, weights=weights))


def _with_unseen(section: Section, more: float) -> tuple[FloatArray, FloatArray]:
    """Calibres and weights with this much more of the vessels that are too thin to be measured."""
    smallest = section.eye.plane.smallest_calibre
    thin = section.calibres < smallest
    calibres = np.where(thin, UNSEEN_CALIBRE * smallest, section.calibres)
    return calibres, np.where(thin, 1 + more, 1) * section.weights


def _quantile(values: FloatArray, weights: FloatArray, share: float) -> float:
    order = np.argsort(values)
    reached = np.cumsum(weights[order])
    place = np.searchsorted(reached, share * reached[-1])
    return float(values[order][min(int(place), len(order) - 1)])


def median_of_branchings(section: Section, of: str) -> float:
    """Median over the branchings of an attribute of `Junction`: angle, exponent, asymmetry or area_ratio."""
    values = [value for junction in section.junctions if (value := getattr(junction, of)) is not None]
    if not values:
        raise MeasurementError(f"no branching in this area has an {of}", reason="no-branchings")
    return float(np.median(values))


def mean_distance_tortuosity(section: Section) -> float:
    """Distance tortuosity, the mean over segments weighted by length."""
    return _mean_over_segments(section, lambda winding: winding.distance)


def median_distance_tortuosity(section: Section) -> float:
    """Distance tortuosity, the median over segments."""
    return float(np.median([winding.distance for winding in _long_segments(section)]))


def mean_curvature_tortuosity(section: Section) -> float:
    """Curvature tortuosity times the diameter of the field of view, weighted by length; radians per such diameter."""
    return section.eye.plane.diameter * _mean_over_segments(section, lambda winding: winding.absolute, shortest=BENT)


def mean_squared_curvature_tortuosity(section: Section) -> float:
    """Squared curvature tortuosity times the squared diameter of the field of view, weighted by length."""
    return section.eye.plane.diameter**2 * _mean_over_segments(section, lambda winding: winding.squared, shortest=BENT)


def mean_inflection_tortuosity(section: Section) -> float:
    """Inflection count metric, the mean over segments weighted by length."""
    return _mean_over_segments(section, lambda winding: winding.inflection, shortest=BENT)


def _mean_over_segments(section: Section, of: Callable[[Winding], float], *, shortest: float = SHORTEST) -> float:
    segments = _long_segments(section, shortest=shortest)
    return float(np.average([of(winding) for winding in segments], weights=[winding.length for winding in segments]))


def _long_segments(section: Section, *, shortest: float = SHORTEST) -> list[Winding]:
    """Every segment that is open, has no kink and is long enough."""
    segments = [winding for winding in section.windings if winding.tells(shortest)]
    if not segments:
        raise MeasurementError(
            f"no segment is open, without a kink, and as long as 1/{1 / shortest:.0f} of the field of view",
            reason="no-long-segments",
        )
    return segments


def singularity_length(section: Section) -> float:
    """Width of the multifractal spectrum (Stošić and Stošić 2006)."""
    return multifractal_spectrum(section.centreline_pixels, diameter=section.eye.plane.diameter).length


def section_lacunarity(section: Section) -> float:
    """Lacunarity with a box of 1/16 of the field of view."""
    side = max(2, round(BOX * section.eye.plane.diameter))
    return lacunarity(section.vessels, section.area.inside, side=side)


def lacunarity(vessels: BoolArray, fov: BoolArray, *, side: int) -> float:
    """Lacunarity: how unevenly vessels fill the field of view, by a gliding box (Allain and Cloitre 1991) of one size.

    Args:
        vessels: bool (height, width).
        fov: bool (height, width); only boxes wholly inside count.
        side: of the box, pixels.

    Returns:
        Mean of the squared number of vessel pixels in a box over the squared mean: 1 if all boxes hold the same number,
        more the more they differ.

    Raises:
        MeasurementError: no box fits into the field of view, or there are no vessels.
    """
    if not vessels.any():
        raise MeasurementError("there are no vessels", reason="no-vessels")
    boxes = [_box_sums(mask, side) for mask in (fov, vessels & fov)]
    if boxes[0].size == 0 or not (whole := boxes[0] >= side * side).any():
        raise MeasurementError(f"no box of {side} pixels fits into the field of view", reason="fov-too-small")
    shares = boxes[1][whole].astype(np.float64)
    if not shares.any():
        raise MeasurementError("no box wholly inside the field of view has vessels", reason="no-vessels")
    return float(np.mean(shares**2) / np.mean(shares) ** 2)


def _box_sums(mask: BoolArray, side: int) -> NDArray[np.int32]:
    """The number of pixels in each box, from the table of sums."""
    total = cv2.integral(mask.astype(np.uint8))
    if min(mask.shape) < side:
        return np.zeros((0, 0), np.int32)
    return np.asarray(total[side:, side:] - total[:-side, side:] - total[side:, :-side] + total[:-side, :-side])


def mean_sparsity(section: Section) -> float:
    """Mean distance of a point between vessels to the nearest vessel, pixels (VascX: sparsity)."""
    return float(_distances_to_vessels(section).mean())


def largest_sparsity(section: Section) -> float:
    """Radius of the largest disc without vessel about a point of the region, pixels."""
    return float(_distances_to_vessels(section).max())


def _distances_to_vessels(section: Section) -> FloatArray:
    plane, area = section.eye.plane, section.area
    if not plane.vessels.any():
        raise MeasurementError("there are no vessels", reason="no-vessels")
    between = area.inside & ~area.cut(plane.vessels)
    if not between.any():
        raise MeasurementError("the area is all vessel: there are no gaps", reason="all-vessel")
    return np.asarray(area.cut(plane.to_vessel)[between])
