"""Find the optic disc, where the widest vessels meet and it is bright, and the fovea, dark and without vessels."""

import cv2
import numpy as np
from numpy.typing import NDArray

from venule.errors import MeasurementError
from venule.measurement.centreline import normals
from venule.measurement.graph import VesselGraph
from venule.measurement.plane import Plane, distance_to_false
from venule.photograph.arrays import BoolArray, ImageArray
from venule.vessel_map import Disc, Fovea

SMALL = 200.0  # pixels across the field of view of the copy on which the disc is looked for
DEGREES = 6.0  # that a usual disc spans
USUAL = DEGREES / 45  # diameter of a disc in a field of view of 45 degrees
SIZES = (0.6, 1.5)  # of the usual diameter, between which the rim is looked for
RING = 1.4  # radii of the disc up to which its surround is looked at
ASTRAY = 0.6  # usual radii by which the place where vessels meet may be off the middle of the disc
VARIES = 0.5  # standard deviation of the logarithm of a disc's size, fields of 30 to 60 degrees among them
FAR = 0.35  # of the field of view: how far from a vessel the place that it points to may be
RIVAL = 1.0  # usual diameters from the best place beyond which another is a rival

SURE = 0.2  # confidence from which on a disc is used: left out of what is measured, and measured about

# The fovea
DISTANCES = (1.9, 3.3)  # disc diameters between the centres of disc and fovea
TILT = 25.0  # degrees by which the line between them may lean from the horizontal
FREE = 0.5  # disc diameters to the nearest vessel that are as good as more
UNSEEN = 0.1  # disc diameters beyond the edge of the field of view, at which there might be a vessel
BESIDE = (0.6, 1.5, 45.0)  # ring beside the disc, disc diameters and degrees from the horizontal, to count vessels in
WEIGHT = 2  # of how few vessels there are beside the disc, as a power, against how the fovea looks
EDGE = 1 / 3  # disc diameters from the edge of the field of view, below which a fovea may lie farther out
TRUNKS = (0.6, 2.5)  # ring about the disc, disc diameters, in which its trunks run up and down in an upright photograph
UPRIGHT = 35.0  # degrees by which the axis of the trunks may lean from the vertical
SIDE_SURE = 0.6  # confidence below which a disc in the middle leaves open on which side of it the fovea lies

Map = NDArray[np.float32]


def find_disc(plane: Plane, graph: VesselGraph, image: ImageArray, *, field_degrees: float | None = None) -> Disc:
    """Find the optic disc of a photograph by its vessels and its brightness.

    Every stretch of vessel votes, with the square of its calibre, for the places that it points to (after Foracchia et
    al. 2004 and Hoover and Goldbaum 2003, who let vessels converge on the disc); votes are multiplied by how much
    brighter a disc is there than its surround. The rim is where the brightness falls most on circles about the place.

    Args:
        plane: that is measured.
        graph: of its vessels.
        image: uint8 (height, width, 3) RGB, the photograph, of the size of the plane.
        field_degrees: that the field of view spans; None: not known, and discs as in 45 degrees are looked for first.

    Returns:
        In pixels of the plane.

    Raises:
        MeasurementError: there are no vessels to find it by.
    """
    if not graph.segments:
        raise MeasurementError("no vessels lead to the optic disc", reason="no-disc")
    factor = SMALL / plane.diameter
    height, width = (max(8, round(side * factor)) for side in plane.fov.shape)
    fov = cv2.resize(plane.fov.astype(np.uint8), (width, height), interpolation=cv2.INTER_AREA) > 0
    bright = brightness(image, fov)
    votes = _votes(graph, factor, fov.shape)
    score = votes * standing_out(bright, fov)
    score[~fov] = 0
    row, column = (int(value) for value in np.unravel_index(int(score.argmax()), score.shape))
    usual = USUAL if field_degrees is None else DEGREES / field_degrees
    middle, radius, contrast = _rim(bright, fov, (row, column), usual=usual * SMALL / 2)
    rows, columns = np.ogrid[:height, :width]
    elsewhere = np.hypot(rows - row, columns - column) > RIVAL * USUAL * SMALL
    best, rival = float(score[row, column]), float(score[elsewhere].max(initial=0))
    confidence = 0.0 if best <= 0 else (1 - rival / best) * min(1.0, contrast)
    centre = ((middle[0] + 0.5) / factor - 0.5, (middle[1] + 0.5) / factor - 0.5)
    return Disc(centre, 2 * radius / factor, round(float(np.clip(confidence, 0, 1)), 3))


def brightness(image: ImageArray, fov: BoolArray) -> Map:
    """Red and green of the small copy, in standard deviations from the local mean."""
    small = cv2.resize(image, fov.shape[::-1], interpolation=cv2.INTER_AREA).astype(np.float32)
    grey = small[..., :2].mean(axis=2)
    surround = mean_inside(grey, fov, SMALL / 8)
    spread = np.sqrt(np.maximum(mean_inside((grey - surround) ** 2, fov, SMALL / 4), 1.0))
    return np.where(fov, (grey - surround) / spread, 0).astype(np.float32)


def mean_inside(values: Map, fov: BoolArray, sigma: float) -> Map:
    """Gaussian mean of what lies inside the field of view."""
    weight = cv2.GaussianBlur(fov.astype(np.float32), (0, 0), sigma)
    blurred = cv2.GaussianBlur(np.where(fov, values, 0).astype(np.float32), (0, 0), sigma)
    return np.asarray(blurred / np.maximum(weight, 1e-3), np.float32)


def _votes(graph: VesselGraph, factor: float, shape: tuple[int, ...]) -> Map:
    every = max(1, round(1 / factor))  # a vote for each pixel of the small copy is enough
    points, calibres = graph.points[::every] * factor, graph.calibres[::every] * factor
    across = np.concatenate([normals(segment.centreline) for segment in graph.segments])[::every]
    along = np.column_stack([across[:, 1], -across[:, 0]])
    reach = np.arange(-FAR * SMALL, FAR * SMALL + 1, 1.0)
    places = np.rint(points[:, None] + along[:, None] * reach[None, :, None]).astype(np.intp)
    inside = ((places >= 0) & (places < shape)).all(axis=2)
    worth = np.broadcast_to((graph.weights[::every] * calibres**2)[:, None], inside.shape)[inside]
    rows, columns = places[inside].T
    votes = np.bincount(rows * shape[1] + columns, weights=worth, minlength=shape[0] * shape[1]).reshape(shape)
    return np.asarray(cv2.GaussianBlur(votes.astype(np.float32), (0, 0), 0.3 * USUAL * SMALL), np.float32)


def standing_out(bright: Map, fov: BoolArray) -> Map:
    """How much brighter it is about each place than round it; 0.1 or more, so that vessels alone can tell."""
    radius = USUAL * SMALL / 2
    disc, surround = (mean_inside(bright, fov, sigma) for sigma in (0.6 * radius, 2 * radius))
    return np.asarray(np.maximum(disc - surround, 0) + 0.1, np.float32)


def _rim(bright: Map, fov: BoolArray, place: tuple[int, int], *, usual: float) -> tuple[tuple[int, int], float, float]:
    """Centre and radius of the disc near a place, and how many standard deviations it is brighter than its ring."""
    lens = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (7, 7))
    closed = np.asarray(cv2.morphologyEx(bright, cv2.MORPH_CLOSE, lens), np.float32)
    rows, columns = np.ogrid[: fov.shape[0], : fov.shape[1]]
    near = fov & (np.hypot(rows - place[0], columns - place[1]) <= ASTRAY * usual)
    best, centre, radius, contrast = -np.inf, place, usual, 0.0
    for r in np.arange(SIZES[0] * usual, SIZES[1] * usual, 0.5):
        inner, outer = _mean_of_disc(closed, fov, float(r)), _mean_of_disc(closed, fov, float(RING * r))
        # the ring alone, from the means of both discs
        fall = (inner - outer) * RING**2 / (RING**2 - 1)
        # a cup is brighter than its disc, but smaller; far from the usual size another thing is the likelier
        worth = np.where(near, fall, -np.inf) * np.sqrt(r / usual) * np.exp(-0.5 * (np.log(r / usual) / VARIES) ** 2)
        place_of_best = np.unravel_index(int(worth.argmax()), worth.shape)
        if worth[place_of_best] > best:
            best, radius = float(worth[place_of_best]), float(r)
            centre, contrast = (int(place_of_best[0]), int(place_of_best[1])), float(fall[place_of_best])
    return (centre, radius, contrast) if contrast > 0 else (place, usual, 0.0)


def _mean_of_disc(values: Map, fov: BoolArray, radius: float) -> Map:
    half = int(np.ceil(radius))
    rows, columns = np.ogrid[-half : half + 1, -half : half + 1]
    kernel = (np.hypot(rows, columns) <= radius).astype(np.float32)
    seen = fov.astype(np.float32)
    sums, counts = (cv2.filter2D(a, -1, kernel, borderType=cv2.BORDER_CONSTANT) for a in (values * seen, seen))
    return np.asarray(sums / np.maximum(counts, 1), np.float32)


def find_fovea(plane: Plane, graph: VesselGraph, disc: Disc, image: ImageArray) -> Fovea:
    """Find the fovea by its distance from the disc, by its darkness, and by the vessels that keep clear of it.

    On which side of the disc it lies is also told by the vessels beside the disc: their trunks lie nasally.

    Args:
        plane: that is measured.
        graph: of its vessels.
        disc: in pixels of the plane.
        image: uint8 (height, width, 3) RGB, the photograph, of the size of the plane.

    Returns:
        In pixels of the plane.

    Raises:
        MeasurementError: the disc is not known well enough, the photograph is not upright, where the fovea should be
            lies outside the field of view, or it might as well lie on the other side of the disc.
    """
    check_sure(disc)
    if not is_upright(graph, disc):
        raise MeasurementError(
            "the large vessels leave the optic disc to the sides: the photograph may be turned", reason="not-upright"
        )
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


def check_sure(disc: Disc) -> None:
    """Check that a disc is believed.

    Raises:
        MeasurementError: its confidence is below 0.2.
    """
    if disc.confidence < SURE:
        raise MeasurementError(
            f"the optic disc is not sure: its confidence is {disc.confidence:g}, below {SURE:g}", reason="disc-not-sure"
        )


def is_upright(graph: VesselGraph, disc: Disc) -> bool:
    """Whether the large vessels leave the disc above and below, as in an upright photograph, and not to the sides.

    Their axis, weighted by cross section, leans from the vertical by at most 24 degrees in 101 upright photographs of
    six cameras, and with the photograph where that is turned.
    """
    down, right = (graph.points - disc.centre).T
    away = np.hypot(down, right) / disc.diameter
    near = (away >= TRUNKS[0]) & (away < TRUNKS[1])
    weights, twice = (graph.weights * graph.calibres**2)[near], 2 * np.arctan2(down, right)[near]
    lean = 0.5 * np.arctan2((weights * np.sin(twice)).sum(), -(weights * np.cos(twice)).sum())
    return bool(near.any() and abs(np.degrees(lean)) <= UPRIGHT)
