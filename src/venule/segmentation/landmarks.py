"""The optic disc and the fovea of a photograph: a network says where they are, the disc's rim how large it is."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from venule.photograph import Photograph, WorkingScale
from venule.photograph.arrays import BoolArray, ImageArray
from venule.photograph.working import normalise
from venule.segmentation.predict import MARGIN, with_margin
from venule.segmentation.segmenter import Segmenter
from venule.vessel_map import Disc, Fovea, Landmarks

SPOT = 0.03  # of the field of view: deviation of the Gaussian that the network was shown about each landmark
SURE = 0.5  # confidence from which on a fovea is believed wherever it is
DISC_SURE = 0.2  # confidence of a disc from which on it tells where the fovea may be
LIKELY = 0.05  # the same where it lies as usual from the disc, and near the middle of the field of view
CENTRAL = 0.3  # of the field of view: how near
EDGE = 1 / 3  # disc diameters from the edge of the field of view, below which a fovea may lie farther out

# Where the fovea lies, seen from the disc: medians and one and a half standard deviations of the training photographs.
APART = 2.53  # disc diameters between the centres
APART_VARIES = 0.15  # of its logarithm
BELOW, BELOW_VARIES = 7.0, 7.0  # degrees by which the line between them leans from the horizontal
ELSEWHERE = 0.2  # weight of places far from there
ALONE = 0.15  # weight of a disc without any fovea, when it is to be told from other bright places

# The rim
ACROSS = 200.0  # pixels across the field of view of the copy on which it is looked for
DEGREES = 6.0  # that a usual disc spans
USUAL = 0.16  # its diameter, of the field of view, where nothing else is known
SIZES = (0.6, 1.6)  # of the usual diameter, between which the rim is looked for
RING = 1.4  # radii of the disc up to which its surround is looked at
ASTRAY = 0.3  # usual radii by which the network may be off the middle of the disc
VARIES = 0.4  # standard deviation of the logarithm of a disc's size where nothing else is known
VARIES_LESS = 0.2  # where the field of view, or the distance of the fovea, tells what is usual

Map = NDArray[np.float32]
Place = tuple[float, float]  # (row, column)


def find_landmarks(photograph: Photograph, segmenter: Segmenter, *, field_degrees: float | None = None) -> Landmarks:
    """Find the optic disc and the fovea.

    The network sees where both are. The fovea is looked for where foveae lie, seen from the disc. Where that is near
    the middle of the field of view, a fovea that is hardly seen is found, too; elsewhere it must be plain.

    Args:
        photograph: of any size.
        segmenter: with a model that finds landmarks.
        field_degrees: that the field of view spans; it says how large a disc to look for. None: not known.

    Returns:
        In pixels of the photograph. Their confidence is the height of the network's peak; half of it for a disc from
        which no fovea is seen where foveae lie. The disc is the likeliest place, however unsure; a fovea that is not
        sure is None.

    Example:
        >>> landmarks = find_landmarks(phantom.photograph, Segmenter(venule.load_model("landmarks")))
        >>> landmarks.disc.confidence > 0.2
        True
    """
    scale = WorkingScale.fit(photograph.fov, segmenter.card.working_diameter)
    fov = scale.apply_mask(photograph.fov.mask)
    height, width = fov.shape
    prepared = with_margin(normalise(scale.apply_image(photograph.image), fov), segmenter.card.multiple)
    maps = segmenter.run(prepared)[0, :, MARGIN : MARGIN + height, MARGIN : MARGIN + width]
    spot = SPOT * segmenter.card.working_diameter
    seen_disc, seen_fovea = (seen * fov for seen in maps)
    pixel = photograph.fov.diameter / segmenter.card.working_diameter
    usual, varies = USUAL * photograph.fov.diameter, VARIES
    if field_degrees is not None:
        usual, varies = DEGREES / field_degrees * photograph.fov.diameter, VARIES_LESS
    pairs = []
    for place, confidence in _peaks(seen_disc, spot):
        disc = _on_photograph(place, scale)
        centre, diameter = measure_disc(photograph, disc, usual=usual, varies=varies)
        prior = _where_foveae_lie(seen_fovea.shape, place, diameter / pixel)
        at, fovea_confidence = _peak(seen_fovea * prior, seen_fovea, spot)
        usualness = float(prior[round(at[0]), round(at[1])])
        pairs.append(
            (confidence * (ALONE + usualness * fovea_confidence), disc, confidence, at, fovea_confidence, usualness)
        )
    _, disc, confidence, at, fovea_confidence, usualness = max(pairs)
    centre, diameter = measure_disc(photograph, disc, usual=usual, varies=varies)
    if usualness < 0.5 or fovea_confidence < LIKELY:
        confidence = round(confidence / 2, 3)
    if confidence < DISC_SURE:
        return Landmarks(Disc(centre, diameter, confidence))
    fovea = _on_photograph(at, scale)
    if fovea_confidence >= SURE and usualness >= 0.5 and field_degrees is None:
        usual = math.dist(disc, fovea) / APART
        centre, diameter = measure_disc(photograph, disc, usual=usual, varies=VARIES_LESS)
    found = Disc(centre, diameter, confidence)
    away = math.dist(at, ((height - 1) / 2, (width - 1) / 2)) / segmenter.card.working_diameter
    expected = away <= CENTRAL and usualness >= 0.5
    if fovea_confidence < (LIKELY if expected else SURE):
        return Landmarks(found)
    return Landmarks(found, Fovea(fovea, fovea_confidence, _near_edge(photograph.fov.mask, fovea, EDGE * diameter)))


def _where_foveae_lie(shape: tuple[int, ...], disc: Place, diameter: float) -> Map:
    """How likely a fovea is at each pixel by where the disc is, and by its diameter."""
    rows, columns = np.indices(shape)
    down, right = rows - disc[0], columns - disc[1]
    apart = np.log(np.maximum(np.hypot(down, right) / diameter, 1e-3) / APART) / APART_VARIES
    lean = (np.degrees(np.arctan2(down, np.abs(right))) - BELOW) / BELOW_VARIES
    near = np.exp(-0.5 * (apart**2 + lean**2))
    return np.asarray(ELSEWHERE + (1 - ELSEWHERE) * near, np.float32)


def _peaks(seen: Map, spot: float) -> list[tuple[Place, float]]:
    """The highest peaks, each with its height: those at least a quarter as high as the highest, four at most."""
    left = seen.copy()
    found: list[tuple[Place, float]] = []
    rows, columns = np.indices(seen.shape)
    while len(found) < 4:
        place, height = _peak(left, seen, spot)
        if found and height < 0.25 * found[0][1]:
            break
        found.append((place, height))
        left[np.hypot(rows - place[0], columns - place[1]) <= 4 * spot] = 0
    return found


def _peak(likely: Map, seen: Map, spot: float) -> tuple[Place, float]:
    """The middle of what is seen about the likeliest point, and how high it is there."""
    smooth = cv2.GaussianBlur(likely, (0, 0), spot / 2)
    row, column = (int(value) for value in np.unravel_index(int(smooth.argmax()), smooth.shape))
    rows, columns = np.indices(seen.shape)
    weights = np.where(np.hypot(rows - row, columns - column) <= 2 * spot, seen, 0) + 1e-9
    middle = (float(np.average(rows, weights=weights)), float(np.average(columns, weights=weights)))
    return middle, round(float(seen[row, column]), 3)


def _on_photograph(place: Place, scale: WorkingScale) -> Place:
    row, column = scale.to_original(np.array([place]))[0]
    return float(row), float(column)


def _near_edge(fov: BoolArray, place: tuple[float, float], distance: float) -> bool:
    angles = np.linspace(0, 2 * np.pi, 32, endpoint=False)
    around = np.rint(np.add(place, distance * np.column_stack([np.sin(angles), np.cos(angles)]))).astype(int)
    inside = np.all((around >= 0) & (around < fov.shape), axis=1)
    return not (inside.all() and fov[tuple(around.T)].all())


def measure_disc(
    photograph: Photograph, place: tuple[float, float], *, usual: float, varies: float
) -> tuple[tuple[float, float], float]:
    """Find the rim of the disc: the circle about a place on which the brightness falls most.

    Args:
        photograph: of any size.
        place: (row, column) near the middle of the disc.
        usual: diameter of a usual disc, pixels.
        varies: standard deviation of the logarithm of the diameter.

    Returns:
        Its centre and its diameter; the place and the usual diameter where it is nowhere brighter than around.
    """
    scale = WorkingScale.fit(photograph.fov, ACROSS)
    fov = scale.apply_mask(photograph.fov.mask)
    bright = brightness(scale.apply_image(photograph.image), fov)
    row, column = scale.to_working(np.array([place]))[0]
    radius = usual * ACROSS / photograph.fov.diameter / 2
    rows, columns = np.ogrid[: fov.shape[0], : fov.shape[1]]
    near = fov & (np.hypot(rows - row, columns - column) <= max(1.0, ASTRAY * radius))
    best, middle, found = 0.0, (float(row), float(column)), radius
    for r in np.arange(SIZES[0] * radius, SIZES[1] * radius, 0.5):
        inner, outer = _mean_of_disc(bright, fov, float(r)), _mean_of_disc(bright, fov, float(RING * r))
        # the ring alone, from the means of both discs
        fall = (inner - outer) * RING**2 / (RING**2 - 1)
        # a cup is brighter than its disc, but smaller; far from the usual size another thing is the likelier
        worth = np.where(near, fall, -np.inf) * np.sqrt(r / radius) * np.exp(-0.5 * (np.log(r / radius) / varies) ** 2)
        if worth.max(initial=-np.inf) > best:
            best, found = float(worth.max()), float(r)
            row, column = np.unravel_index(int(worth.argmax()), worth.shape)
            middle = (float(row), float(column))
    centre = scale.to_original(np.array([middle]))[0]
    return (float(centre[0]), float(centre[1])), 2 * found * photograph.fov.diameter / ACROSS


def brightness(image: ImageArray, fov: BoolArray) -> Map:
    """Red and green of a small copy without its vessels, in standard deviations from the local mean."""
    grey = image[..., :2].astype(np.float32).mean(axis=2)
    surround = _mean_inside(grey, fov, ACROSS / 8)
    spread = np.sqrt(np.maximum(_mean_inside((grey - surround) ** 2, fov, ACROSS / 4), 1.0))
    bright = np.where(fov, (grey - surround) / spread, 0).astype(np.float32)
    lens = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (7, 7))
    return np.asarray(cv2.morphologyEx(bright, cv2.MORPH_CLOSE, lens), np.float32)


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
