"""How good is a photograph for finding vessels: properties of it, what is wrong with it, and the Dice to expect."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from venule.arrays import BoolArray, ImageArray
from venule.errors import MeasurementError
from venule.photograph import FieldOfView, WorkingScale
from venule.vessels import VesselMap

ACROSS = 512.0  # pixels across the field of view of the copy that is looked at: fewer than any camera's
FINE, COARSE = (0.7, 1.4), (1.4, 2.8)  # pixels of the copy: sigmas between which detail is fine, or coarse
WIDE = 24.0  # pixels of the copy: sigma of what is taken for the background
GRID = 8  # pixels of the photograph: side of a block of JPEG
WINDOW = 1536  # pixels of the photograph: side of its middle, where blocks are looked for
BLACK, BURNT = 0.25, 252  # of the median, and grey levels: what is darker, or brighter, shows no vessels
LEAST_PIXELS = 64  # of the field of view, below which nothing can be said

Map = NDArray[np.float32]


@dataclass(frozen=True)
class Properties:
    """What is measured of a photograph, inside its field of view, to judge it by.

    Attributes:
        brightness: mean of red and green, 0 to 1.
        contrast: standard deviation of what stands out from the background in green, over the mean of green.
        sharpness: detail a pixel wide over detail two pixels wide, on a copy of 512 pixels across.
        noise: standard deviation of what no vessel is (Immerkaer 1996), over that of what stands out.
        blockiness: steps between blocks of 8 pixels over steps within them, less one; 0 or less without JPEG's blocks.
        lost: share that is burnt out, or black against the rest.
        cut: share of the circle of the field of view that the picture does not show.
        vessels: share that is vessel.
        confidence: Dice to expect if the network's probabilities are right; NaN for a map that no model made.
    """

    brightness: float
    contrast: float
    sharpness: float
    noise: float
    blockiness: float
    lost: float
    cut: float
    vessels: float
    confidence: float


@dataclass(frozen=True)
class Quality:
    """How good a photograph is.

    Attributes:
        score: the Dice to expect of `general` against a drawing, 0 to 1, as degraded photographs had it; None for a
            map that no model made.
        reasons: codes of what is wrong with it, see `REASONS`; empty for a good photograph.
        properties: that it was judged by.
    """

    score: float | None
    reasons: tuple[str, ...]
    properties: Properties


def properties_of(found: VesselMap) -> Properties:
    """Measure what quality is judged by.

    Raises:
        MeasurementError: the field of view is nearly empty.
    """
    pixels = int(np.count_nonzero(found.fov))
    if pixels < LEAST_PIXELS:
        raise MeasurementError(f"a field of view of {pixels} pixels is too small to judge", reason="fov-too-small")
    scale = WorkingScale.fit(FieldOfView(found.fov, (0.0, 0.0), found.fov_diameter), ACROSS)
    copy, fov = scale.apply_image(found.image), scale.apply_mask(found.fov)
    inner = cv2.erode(np.pad(fov, 1).astype(np.uint8), np.ones((9, 9), np.uint8))[1:-1, 1:-1] > 0
    inner = inner if inner.any() else fov
    green = _filled(copy[..., 1], fov)
    background = cv2.GaussianBlur(green, (0, 0), WIDE)
    contrast = float((green - background)[inner].std())
    fine, coarse = (float(_band(green, *sigmas)[inner].std()) for sigmas in (FINE, COARSE))
    level = float(green[inner].mean())
    return Properties(
        brightness=float(copy[..., :2][fov].mean() / 255),
        contrast=contrast / max(level, 1.0),
        sharpness=fine / max(coarse, 1e-6),
        noise=_noise(green, inner) / max(contrast, 1e-6),
        blockiness=_blockiness(found.image, found.fov),
        lost=_lost(copy, fov),
        cut=1 - min(1.0, pixels / (np.pi * found.fov_diameter**2 / 4)),
        vessels=found.vessel_share,
        confidence=_confidence(found),
    )


def _filled(channel: NDArray[np.uint8], fov: BoolArray) -> Map:
    """A channel whose outside goes on smoothly from its inside, so that the edge of the field of view is no detail."""
    inside = fov.astype(np.float32)
    level = channel.astype(np.float32) * inside
    weight = cv2.GaussianBlur(inside, (0, 0), WIDE)
    around = cv2.GaussianBlur(level, (0, 0), WIDE) / np.maximum(weight, 1e-3)
    return np.asarray(np.where(fov, channel, around), np.float32)


def _band(level: Map, narrow: float, wide: float) -> Map:
    return np.asarray(cv2.GaussianBlur(level, (0, 0), narrow) - cv2.GaussianBlur(level, (0, 0), wide), np.float32)


def _noise(level: Map, inside: BoolArray) -> float:
    """Standard deviation of white noise: what is left where lines, edges and slopes cancel (Immerkaer 1996)."""
    kernel = np.outer([1, -2, 1], [1, -2, 1]).astype(np.float32)
    rest = np.abs(cv2.filter2D(level, -1, kernel))[inside]
    return float(np.sqrt(np.pi / 2) / 6 * rest.mean())


def _blockiness(image: ImageArray, fov: BoolArray) -> float:
    """Steps between blocks of 8 pixels over those within them, less one, for the grid that starts where most do."""
    middle = tuple(slice(max(0, (side - WINDOW) // 2), max(0, (side - WINDOW) // 2) + WINDOW) for side in fov.shape)
    green, inside = np.ascontiguousarray(image[middle][..., 1]), fov[middle].astype(np.uint8)
    ratios = []
    for level, seen in ((green, inside), (green.T.copy(), inside.T.copy())):
        both = seen[1:] & seen[:-1]
        steps = cv2.absdiff(level[1:], level[:-1]) * both
        sums, counts = (cv2.reduce(each, 1, cv2.REDUCE_SUM, dtype=cv2.CV_64F).ravel() for each in (steps, both))
        phases = [(sums[phase::GRID].sum(), counts[phase::GRID].sum()) for phase in range(GRID)]
        means = np.array([total / count if count else 0.0 for total, count in phases])
        largest = int(means.argmax())
        rest = float(np.delete(means, largest).mean())
        ratios.append(means[largest] / rest - 1 if rest > 0 else 0.0)
    return float(np.mean(ratios))


def _lost(copy: ImageArray, fov: BoolArray) -> float:
    level = cv2.GaussianBlur(copy.max(axis=2), (0, 0), 2.0)
    black = level < BLACK * np.median(level[fov])
    return float(np.mean((black | (copy.min(axis=2) >= BURNT))[fov]))


def _confidence(found: VesselMap) -> float:
    if not found.model:
        return float("nan")
    drawn = float(np.count_nonzero(found.vessels))
    likely = float(cv2.mean(found.probability, found.vessels.view(np.uint8))[0]) * drawn
    total = drawn + float(cv2.sumElems(found.probability)[0])
    return 2 * likely / total if total else 0.0
