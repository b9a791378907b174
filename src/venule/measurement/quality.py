"""How good is a photograph for finding vessels: properties of it, what is wrong with it, and the Dice to expect."""

import json
import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from venule.errors import MeasurementError
from venule.measurement.landmarks import SURE, is_upright
from venule.measurement.measured import Measured
from venule.photograph import FieldOfView, WorkingScale
from venule.photograph.arrays import BoolArray, ImageArray
from venule.photograph.fov import is_round
from venule.photograph.noise import white_noise
from venule.vessel_map import VesselMap

if TYPE_CHECKING:
    from pandas import DataFrame

ACROSS = 512.0  # pixels across the field of view of the copy that is looked at: fewer than any camera's
SHARPEST = 1200.0  # the same of the copy whose sharpness is looked at: what venule's networks see at most
FINE, COARSE = (1.4, 2.8), (5.6, 11.2)  # pixels of that copy: sigmas between which detail is fine, or coarse
WIDE = 24.0  # pixels of the small copy: sigma of what is taken for the background
GRID = 8  # pixels of the photograph: side of a block of JPEG
WINDOW = 1536  # pixels of the photograph: side of its middle, where blocks are looked for
BLACK, BURNT = 0.25, 252  # of the median, and grey levels: what is darker, or brighter, shows no vessels
LEAST_PIXELS = 64  # of the field of view, below which nothing can be said

Map = NDArray[np.float32]
Hinge: TypeAlias = tuple[str, int, float]  # a property; 1 where more is worse, -1 where less is; from which value on


@dataclass(frozen=True)
class Properties:
    """What is measured of a photograph, inside its field of view, to judge it by.

    Attributes:
        brightness: mean of red and green, 0 to 1.
        contrast: standard deviation of what stands out from the background in green, over the mean of green.
        sharpness: detail four pixels wide over detail sixteen pixels wide, where a network sees it.
        noise: standard deviation of what no vessel is (Immerkaer 1996), over that of what stands out.
        blockiness: steps between blocks of 8 pixels over steps within them, less one, for each thousand pixels across.
        lost: share that is burnt out, or black against the rest.
        cut: share of the circle of the field of view that the picture does not show.
        vessels: share that is vessel.
        confidence: Dice to expect if the network's probabilities are right; NaN for a map that no model made.
        across: pixels across the field of view.
        fundus: 1 where the field of view is round; otherwise the confidence of the optic disc, if the large vessels
            leave it above and below, and 0 if they do not; NaN where vessels were not measured.

    Example:
        >>> 0 < venule.assess_quality(found).properties.brightness < 1
        True
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
    across: float
    fundus: float


# Where degraded copies of training photographs had lost a twentieth of their Dice, or, of what no copy has (`lost`,
# `cut`, `vessels`), well beyond any photograph of the data sets: a property, the least and the most that it may be.
LIMITS = {
    "too-dark": ("brightness", 0.06, math.inf),
    "low-contrast": ("contrast", 0.012, math.inf),
    "blurred": ("sharpness", 0.32, math.inf),
    "noisy": ("noise", -math.inf, 0.5),
    "compressed": ("blockiness", -math.inf, 4.0),
    "artefact": ("lost", -math.inf, 0.03),
    "fov-cut": ("cut", -math.inf, 0.25),
    "few-vessels": ("vessels", 0.03, math.inf),
    "many-vessels": ("vessels", -math.inf, 0.3),  # such as a map whose vessels are 0 in place of 255
    "network-unsure": ("confidence", 0.75, math.inf),
    "low-resolution": ("across", 500.0, math.inf),
    "unlikely-fundus": ("fundus", SURE, math.inf),
}


@dataclass(frozen=True)
class Quality:
    """How good a photograph is.

    Attributes:
        score: the Dice with a drawing that degraded copies of photographs with such properties had; None for a map that
            no model made.
        reasons: codes of what is wrong with it, keys of `LIMITS`, and `notes` of its field of view; empty for a good
            photograph.
        properties: that it was judged by.

    Example:
        >>> quality = venule.assess_quality(found)
        >>> quality.reasons  # of 400 pixels
        ('low-resolution',)
        >>> list(quality.to_pandas().columns)
        ['property', 'value', 'reason']
    """

    score: float | None
    reasons: tuple[str, ...]
    properties: Properties

    def to_pandas(self) -> "DataFrame":
        """A table with a row for each property: property, value, reason (the code where it is out of its limits)."""
        from pandas import DataFrame

        broken = {LIMITS[reason][0]: reason for reason in self.reasons if reason in LIMITS}
        rows = [(name, value, broken.get(name, "")) for name, value in asdict(self.properties).items()]
        return DataFrame(rows, columns=["property", "value", "reason"])


def assess_quality(found: VesselMap, measured: Measured | None = None) -> Quality:
    """Judge a photograph by what is measured of it and by how sure the network is.

    The score is a logistic regression on hinges, each of which can only lower it; they were fitted on degraded copies
    of the photographs of training splits (benchmarks/fit_quality.py).

    Args:
        found: the vessel map, with its photograph.
        measured: its measurements, whose disc says whether it is a photograph of a retina at all; None: not known.

    Raises:
        MeasurementError: the field of view is nearly empty.

    Example:
        >>> venule.assess_quality(found).score > 0.7
        True
    """
    properties = properties_of(found, measured)
    values = asdict(properties)  # NaN, where one is not known, is neither below nor above
    reasons = (code for code, (name, least, most) in LIMITS.items() if values[name] < least or values[name] > most)
    return Quality(
        score_of(properties) if found.model else None, tuple(dict.fromkeys((*found.notes, *reasons))), properties
    )


def score_of(properties: Properties) -> float:
    """The Dice to expect of a photograph with these properties, to three digits."""
    base, hinges = _fitted()
    raw = base - sum(
        weight * penalty for weight, penalty in zip(hinges.values(), penalties(properties, hinges), strict=True)
    )
    return round(1 / (1 + math.exp(-raw)), 3)


def penalties(properties: Properties, hinges: Iterable[Hinge]) -> list[float]:
    """How far each hinge is passed, in logarithms; 0 where it is not."""
    return [max(0.0, sign * math.log(max(getattr(properties, name), 1e-4) / knot)) for name, sign, knot in hinges]


@lru_cache
def _fitted() -> tuple[float, dict[Hinge, float]]:
    content = json.loads((Path(__file__).parent / "quality.json").read_text())
    return content["base"], {(name, sign, knot): weight for name, sign, knot, weight in content["hinges"]}


def properties_of(found: VesselMap, measured: Measured | None) -> Properties:
    """Measure what quality is judged by.

    Raises:
        MeasurementError: the field of view is nearly empty.
    """
    pixels = int(np.count_nonzero(found.fov))
    if pixels < LEAST_PIXELS:
        raise MeasurementError(f"a field of view of {pixels} pixels is too small to judge", reason="fov-too-small")
    copy, fov = _copy(found, ACROSS)
    inner = _inside(fov)
    green, background = _filled(copy[..., 1], fov)
    contrast = float((green - background)[inner].std())
    level = float(green[inner].mean())
    return Properties(
        brightness=float(copy[..., :2][fov].mean() / 255),
        contrast=contrast / max(level, 1.0),
        sharpness=_sharpness(*_copy(found, SHARPEST)),
        noise=white_noise(green, inner) / max(contrast, 1e-6),
        blockiness=_blockiness(found.image, found.fov) * 1000 / found.fov_diameter,
        lost=_lost(copy, fov),
        cut=1 - min(1.0, pixels / (np.pi * found.fov_diameter**2 / 4)),
        vessels=found.vessel_share,
        confidence=_confidence(found),
        across=found.fov_diameter,
        fundus=math.nan if measured is None else _fundus(found.fov, measured),
    )


def _fundus(fov: BoolArray, measured: Measured) -> float:
    if is_round(fov):
        return 1.0
    disc = measured.landmarks.disc
    return disc.confidence if disc and is_upright(measured.graph, disc) else 0.0


def _copy(found: VesselMap, across: float) -> tuple[ImageArray, BoolArray]:
    """Photograph and field of view, cut to it and so many pixels across, or fewer."""
    scale = WorkingScale.fit(FieldOfView(found.fov, (0.0, 0.0), found.fov_diameter), across, smallest=1)
    return scale.apply_image(found.image), scale.apply_mask(found.fov)


def _inside(fov: BoolArray) -> BoolArray:
    """The field of view away from its edge."""
    inner = cv2.erode(np.pad(fov, 1).astype(np.uint8), np.ones((9, 9), np.uint8))[1:-1, 1:-1] > 0
    return inner if inner.any() else fov


def _filled(channel: NDArray[np.uint8], fov: BoolArray) -> tuple[Map, Map]:
    """A channel that goes on smoothly outside the field of view, whose edge is no detail; and its background."""
    inside = fov.astype(np.float32)
    weight = cv2.GaussianBlur(inside, (0, 0), WIDE)
    background = np.asarray(cv2.GaussianBlur(channel * inside, (0, 0), WIDE) / np.maximum(weight, 1e-3), np.float32)
    return np.where(fov, channel, background).astype(np.float32), background


def _sharpness(copy: ImageArray, fov: BoolArray) -> float:
    inner = _inside(fov)
    green = np.where(fov, copy[..., 1], np.float32(copy[..., 1][fov].mean()))
    far = cv2.erode(inner.astype(np.uint8), np.ones((3, 3), np.uint8), iterations=int(2 * COARSE[1])) > 0
    inner = far if far.any() else inner
    fine, coarse = (float(_band(green, *sigmas)[inner].std()) for sigmas in (FINE, COARSE))
    return fine / max(coarse, 1e-6)


def _band(level: Map, narrow: float, wide: float) -> Map:
    return np.asarray(cv2.GaussianBlur(level, (0, 0), narrow) - cv2.GaussianBlur(level, (0, 0), wide), np.float32)


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
