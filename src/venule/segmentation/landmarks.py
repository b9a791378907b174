"""The optic disc and the fovea of a photograph: a network sees where they are, the light where the disc's rim is."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from venule.photograph import Photograph, WorkingScale
from venule.photograph.arrays import BoolArray, ProbabilityArray
from venule.photograph.working import normalise
from venule.segmentation.predict import MARGIN, with_margin
from venule.segmentation.segmenter import Segmenter
from venule.vessel_map import Disc, Fovea, Landmarks

SPOT = 0.03  # of the field of view: deviation of the Gaussian that the network was shown about each landmark
SEEN = 0.1  # confidence below which nothing is said of a landmark
EDGE = 1 / 3  # disc diameters from the edge of the field of view, below which a fovea may lie farther out

# The rim of the disc
SMALL = 200.0  # pixels across the field of view of the copy on which it is looked for
USUAL = 6 / 45  # diameter of a disc, 6 degrees, in a field of view of 45 degrees
TO_FOVEA = 2.5  # usual diameters from the disc's centre to the fovea
SIZES = (0.6, 1.5)  # of the usual diameter, between which the rim is looked for
RING = 1.4  # radii of the disc up to which its surround is looked at
ASTRAY = 0.3  # usual radii by which the middle of the rim may lie off the centre that the network sees
VARIES = 0.5  # standard deviation of the logarithm of a disc's size

Map = NDArray[np.float32]


def find_landmarks(photograph: Photograph, segmenter: Segmenter) -> Landmarks:
    """Find the optic disc and the fovea.

    Args:
        photograph: of any size.
        segmenter: with a model that finds landmarks.

    Returns:
        In pixels of the photograph; without a landmark whose confidence is below 0.1.
    """
    scale = WorkingScale.fit(photograph.fov, segmenter.card.working_diameter)
    fov = scale.apply_mask(photograph.fov.mask)
    height, width = fov.shape
    prepared = with_margin(normalise(scale.apply_image(photograph.image), fov), segmenter.card.multiple)
    maps = segmenter.run(prepared)[0, :, MARGIN : MARGIN + height, MARGIN : MARGIN + width]
    (disc, sure_of_disc), (fovea, sure_of_fovea) = (
        _peak(seen * fov, scale, SPOT * segmenter.card.working_diameter) for seen in maps
    )
    usual = USUAL * photograph.fov.diameter
    if min(sure_of_disc, sure_of_fovea) >= 0.5:
        usual = math.dist(disc, fovea) / TO_FOVEA
    found_disc = found_fovea = None
    if sure_of_disc >= SEEN:
        centre, diameter = _rim(photograph, disc, usual)
        found_disc = Disc(centre, diameter, round(sure_of_disc, 3))
    if sure_of_fovea >= SEEN:
        diameter = found_disc.diameter if found_disc else usual
        found_fovea = Fovea(fovea, round(sure_of_fovea, 3), _to_edge(photograph, fovea) < EDGE * diameter)
    return Landmarks(found_disc, found_fovea)


def _peak(seen: ProbabilityArray, scale: WorkingScale, spot: float) -> tuple[tuple[float, float], float]:
    """The middle of what lies about the highest point, on the photograph, and how high that is."""
    smooth = cv2.GaussianBlur(seen, (0, 0), spot / 2)
    row, column = (int(value) for value in np.unravel_index(int(smooth.argmax()), smooth.shape))
    rows, columns = np.indices(seen.shape)
    weights = np.where(np.hypot(rows - row, columns - column) <= 2 * spot, seen, 0) + 1e-9
    middle = np.array([[np.average(rows, weights=weights), np.average(columns, weights=weights)]])
    centre = scale.to_original(middle)[0]
    return (float(centre[0]), float(centre[1])), float(seen[row, column])


def _to_edge(photograph: Photograph, place: tuple[float, float]) -> float:
    """Pixels from a place to the edge of the round field of view, or of the frame."""
    fov = photograph.fov
    rows, columns = np.flatnonzero(fov.mask.any(axis=1)), np.flatnonzero(fov.mask.any(axis=0))
    frame = min(place[0] - rows[0], rows[-1] - place[0], place[1] - columns[0], columns[-1] - place[1])
    return float(min(frame, fov.diameter / 2 - math.dist(place, fov.centre)))


def _rim(photograph: Photograph, place: tuple[float, float], usual: float) -> tuple[tuple[float, float], float]:
    """Centre and diameter of the disc near a place: the circle on which the light falls most."""
    scale = WorkingScale.fit(photograph.fov, SMALL)
    fov = scale.apply_mask(photograph.fov.mask)
    bright = _brightness(scale.apply_image(photograph.image), fov)
    lens = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (7, 7))
    closed = np.asarray(cv2.morphologyEx(bright, cv2.MORPH_CLOSE, lens), np.float32)
    factor = SMALL / photograph.fov.diameter
    usual_radius = usual * factor / 2
    row, column = scale.to_working(np.array([place]))[0]
    rows, columns = np.ogrid[: fov.shape[0], : fov.shape[1]]
    near = fov & (np.hypot(rows - row, columns - column) <= max(1.0, ASTRAY * usual_radius))
    best, centre, radius = 0.0, (float(row), float(column)), usual_radius
    for r in np.arange(SIZES[0] * usual_radius, SIZES[1] * usual_radius, 0.5):
        inner, outer = _mean_of_disc(closed, fov, float(r)), _mean_of_disc(closed, fov, float(RING * r))
        fall = (inner - outer) * RING**2 / (RING**2 - 1)  # to the ring alone, from the means of both discs
        # A cup is brighter than its disc, but smaller; far from the usual size another thing is the likelier.
        worth = np.where(near, fall, -np.inf) * math.sqrt(r / usual_radius)
        worth *= math.exp(-0.5 * (math.log(r / usual_radius) / VARIES) ** 2)
        place_of_best = np.unravel_index(int(worth.argmax()), worth.shape)
        if worth[place_of_best] > best:
            best, radius, centre = (
                float(worth[place_of_best]),
                float(r),
                (float(place_of_best[0]), float(place_of_best[1])),
            )
    middle = scale.to_original(np.array([centre]))[0]
    return (float(middle[0]), float(middle[1])), 2 * radius / factor


def _brightness(small: NDArray[np.uint8], fov: BoolArray) -> Map:
    """Red and green of the small copy, in standard deviations from the local mean."""
    grey = small[..., :2].astype(np.float32).mean(axis=2)
    surround = _mean_inside(grey, fov, SMALL / 8)
    spread = np.sqrt(np.maximum(_mean_inside((grey - surround) ** 2, fov, SMALL / 4), 1.0))
    return np.where(fov, (grey - surround) / spread, 0).astype(np.float32)


def _mean_inside(values: Map, fov: BoolArray, sigma: float) -> Map:
    """Gaussian mean of what lies inside the field of view."""
    weight = cv2.GaussianBlur(fov.astype(np.float32), (0, 0), sigma)
    blurred = cv2.GaussianBlur(np.where(fov, values, 0).astype(np.float32), (0, 0), sigma)
    return np.asarray(blurred / np.maximum(weight, 1e-3), np.float32)


def _mean_of_disc(values: Map, fov: BoolArray, radius: float) -> Map:
    half = int(np.ceil(radius))
    rows, columns = np.ogrid[-half : half + 1, -half : half + 1]
    kernel = (np.hypot(rows, columns) <= radius).astype(np.float32)
    seen = fov.astype(np.float32)
    sums, counts = (cv2.filter2D(a, -1, kernel, borderType=cv2.BORDER_CONSTANT) for a in (values * seen, seen))
    return np.asarray(sums / np.maximum(counts, 1), np.float32)
