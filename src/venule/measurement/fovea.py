"""The fovea: the dark place without vessels, two and a half disc diameters from the disc."""

import math

import cv2
import numpy as np

from venule.errors import MeasurementError
from venule.measurement.disc import SMALL, Map, brightness, standing_out
from venule.measurement.distances import distance_to_false
from venule.measurement.plane import Plane
from venule.photograph.arrays import BoolArray, ImageArray
from venule.vessel_map import Disc, Fovea

DISTANCES = (1.9, 3.3)  # disc diameters between the centres of disc and fovea
TILT = 25.0  # degrees by which the line between them may lean from the horizontal
FREE = 0.5  # disc diameters to the nearest vessel that are as good as more
UNSEEN = 0.1  # disc diameters beyond the edge of the field of view, at which there might be a vessel
BESIDE = (0.6, 1.5, 45.0)  # ring beside the disc, disc diameters and degrees from the horizontal, to count vessels in
WEIGHT = 2  # of how few vessels there are beside the disc, as a power, against how the fovea looks
EDGE = 1 / 3  # disc diameters from the edge of the field of view, below which a fovea may lie farther out
LEAST_CONFIDENCE = 0.1  # of the disc, below which no fovea is looked for
SIDE_SURE = 0.6  # confidence below which a disc in the middle leaves open on which side of it the fovea lies


def find_fovea(plane: Plane, disc: Disc, image: ImageArray) -> Fovea:
    """Find the fovea by its distance from the disc, by its darkness, and by the vessels that keep clear of it.

    On which side of the disc it lies is also told by the vessels beside the disc: their trunks lie nasally.

    Args:
        plane: that is measured.
        disc: in pixels of the plane.
        image: uint8 (height, width, 3) RGB, the photograph, of the size of the plane.

    Returns:
        In pixels of the plane.

    Raises:
        MeasurementError: the disc is not known well enough, there are no vessels, where the fovea should be lies
            outside the field of view, or it might as well lie on the other side of the disc.
    """
    if disc.confidence < LEAST_CONFIDENCE or not plane.vessels.any():
        raise MeasurementError("without an optic disc the fovea cannot be told", reason="no-disc")
    factor = SMALL / plane.diameter
    height, width = (max(8, round(side * factor)) for side in plane.fov.shape)
    fov = cv2.resize(plane.fov.astype(np.uint8), (width, height), interpolation=cv2.INTER_AREA) > 0
    vessels, to_vessel = (
        cv2.resize(each.astype(np.float32), (width, height), interpolation=cv2.INTER_AREA).astype(np.float32)
        for each in (plane.vessels, plane.to_vessel)
    )
    to_edge = distance_to_false(np.pad(fov, 1))[1:-1, 1:-1] / factor
    free = np.minimum(np.minimum(to_vessel, to_edge + UNSEEN * disc.diameter) / (FREE * disc.diameter), 1)
    darkness = standing_out(-brightness(image, fov), fov)
    rows, columns = np.indices(fov.shape)
    down, right = (rows + 0.5) / factor - 0.5 - disc.centre[0], (columns + 0.5) / factor - 0.5 - disc.centre[1]
    away = np.hypot(down, right) / disc.diameter
    lean = np.degrees(np.arctan2(np.abs(down), np.abs(right)))
    possible = fov & (away >= DISTANCES[0]) & (away <= DISTANCES[1]) & (lean <= TILT)
    score = np.where(possible, free**2 * darkness, 0.0)
    sides = [float(score[side].max(initial=0)) for side in (right > 0, right < 0)]
    if max(sides) <= 0:
        raise MeasurementError("the fovea lies outside the field of view", reason="fovea-not-seen")
    beside = fov & (away >= BESIDE[0]) & (away <= BESIDE[1]) & (lean <= BESIDE[2])
    shares = [_vessel_share(vessels, beside & side) for side in (right > 0, right < 0)]
    sides = [sides[0] * shares[1] ** WEIGHT, sides[1] * shares[0] ** WEIGHT]
    confidence = 1 - min(sides) / max(sides)
    if confidence < SIDE_SURE:
        raise MeasurementError("the fovea may lie on either side of the disc", reason="fovea-not-sure")
    score[(right > 0) != (sides[0] > sides[1])] = 0
    row, column = (int(value) for value in np.unravel_index(int(score.argmax()), score.shape))
    centre = ((row + 0.5) / factor - 0.5, (column + 0.5) / factor - 0.5)
    return Fovea(centre, round(confidence, 3), bool(to_edge[row, column] < EDGE * disc.diameter))


def _vessel_share(vessels: Map, region: BoolArray) -> float:
    """Share of a region that is vessel, not quite 0; 1 for one that is not seen, where nothing speaks for a fovea."""
    return max(float(np.mean(vessels[region])), 0.001) if region.any() else 1.0


def temporal_direction(disc: Disc, fovea: Fovea) -> float:
    """Angle of the line from disc to fovea, radians, from columns towards rows."""
    return math.atan2(fovea.centre[0] - disc.centre[0], fovea.centre[1] - disc.centre[1])
