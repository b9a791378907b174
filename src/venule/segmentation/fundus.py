"""Does a vessel map look like that of a retina? What speaks against it."""

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from venule.errors import PhotographError
from venule.photograph import FieldOfView, WorkingScale
from venule.photograph.arrays import BoolArray, ProbabilityArray
from venule.photograph.fov import is_round
from venule.photograph.noise import white_noise
from venule.vessel_map import VesselMap

ACROSS = 512.0  # pixels across the field of view of the copy that is looked at
MOST = 2  # what may speak against a photograph of a retina

# Set on photographs of six cameras, on copies of them in bad light, out of focus, noisy and compressed, and on pictures
# of other things, with the model `general`. `python -m benchmarks.gate` counts what is refused.
LEAST_JOINED = 0.72  # share of vessel in the three largest trees
LEAST_REACH = 0.55  # of the field, that the largest tree spans
LEAST_DARK = 0.82  # share of the vessels that is darker than what is around it, in green
MOST_ROUGH_RED, MOST_ROUGH_GREEN = 0.22, 0.075  # logarithm of light between vessels: 99th percentile; deviation
LEAST_VESSELS, MOST_VESSELS = 0.025, 0.27  # of the field of view
MOST_CONTRAST = 0.28  # of vessels in green, in logarithms
MOST_HALF_WIDTH = 2.6  # mean distance of a vessel's pixels from its edge, pixels of the copy
MOST_UNSURE = 1.35  # pixels between no and yes, for each pixel of vessel
LEAST_SURE = 0.69  # Dice if the probabilities are right
LEAST_RED = 0.1  # of the logarithm of red over green, in a photograph that has colour
LEAST_COLOUR = 3  # grey levels between red and blue
MOST_NOISE = 0.58  # of what stands out from the background in green; above it, nothing can be said
LEAST_LIGHT = 0.4  # of the brightest green, below which nothing is said about lines and what is between them
LOGARITHMS = np.log(np.arange(256, dtype=np.float32) + 8)  # of light, with a little stray light
FEW = "it has few vessels, or is full of them"
APART = "its lines do not join to trees"
UNSURE = "the network is not sure of its vessels"
WIDE = "its lines are too wide"
BAD = frozenset({FEW, APART, UNSURE, WIDE})  # what speaks against a bad photograph of a retina, too

Copy = NDArray[np.uint8]


def check_vessels(found: VesselMap, *, threshold: float) -> None:
    """Refuse a picture whose vessels are not those of a retina.

    Args:
        found: what a shipped model found.
        threshold: of that model.

    Raises:
        PhotographError: `not-a-fundus`: three things or more speak against a retina, see `is_refused`.
    """
    against = doubts(found, threshold=threshold)
    if is_refused(against):
        raise PhotographError(
            f"the photograph does not look like a fundus photograph: {'; '.join(against)}. Check that it is the right "
            "file; --any-picture (any_picture=True in Python) lets it pass",
            reason="not-a-fundus",
        )


def is_refused(against: Sequence[str]) -> bool:
    """Whether so much speaks against a retina; not if it all speaks against a bad photograph of one, too."""
    return len(against) > MOST and not BAD.issuperset(against)


def doubts(found: VesselMap, *, threshold: float) -> tuple[str, ...]:
    """What speaks against a photograph of a retina, in words.

    Nothing does where the field of view, the colour and the shape of the vessels are those of a retina, so that the
    light need not be looked at, or where noise hides what there is.
    """
    scale = WorkingScale.fit(FieldOfView(found.fov, (0.0, 0.0), found.fov_diameter), ACROSS, smallest=1)
    copy, fov = scale.apply_image(found.image), scale.apply_mask(found.fov)
    probability = scale.apply_probability(found.probability)
    vessels = (probability >= threshold) & fov
    against = [*_colours(copy, fov), *_shapes(vessels, probability, fov)]
    inner = cv2.erode(np.pad(fov, 1).astype(np.uint8), np.ones((13, 13), np.uint8))[1:-1, 1:-1] > 0
    if not against or not inner.any() or _noise(copy[..., 1].astype(np.float32), inner) > MOST_NOISE:
        return ()
    if vessels.any():
        against += _light(copy, vessels, fov, inner)
    return tuple(against)


def _colours(copy: Copy, fov: BoolArray) -> Iterator[str]:
    area = fov.astype(np.uint8)
    if not is_round(fov):
        yield "its field of view is not round"
    red, green, _, _ = cv2.mean(copy, area)
    if cv2.mean(cv2.absdiff(copy[..., 0], copy[..., 2]), area)[0] < LEAST_COLOUR:
        yield "it has no colour"
    elif np.log((red + 2) / (green + 2)) < LEAST_RED:
        yield "it is not red"


def _shapes(vessels: BoolArray, probability: ProbabilityArray, fov: BoolArray) -> Iterator[str]:
    area = int(np.count_nonzero(vessels))
    if not LEAST_VESSELS <= area / max(1, int(np.count_nonzero(fov))) <= MOST_VESSELS:
        yield FEW
    if not area:
        return
    _, _, trees, _ = cv2.connectedComponentsWithStats(vessels.view(np.uint8))
    largest = trees[1:][np.argsort(trees[1:, cv2.CC_STAT_AREA])[::-1]][:3]
    reach = max(largest[0, cv2.CC_STAT_WIDTH], largest[0, cv2.CC_STAT_HEIGHT]) / max(fov.shape)
    if largest[:, cv2.CC_STAT_AREA].sum() < LEAST_JOINED * area or reach < LEAST_REACH:
        yield APART
    if cv2.distanceTransform(vessels.view(np.uint8), cv2.DIST_L2, 3)[vessels].mean() > MOST_HALF_WIDTH:
        yield WIDE
    unsure = np.count_nonzero((probability > 0.15) & (probability < 0.85))
    sure = 2 * float(probability[vessels].sum()) / (area + float(probability[fov].sum()))
    if unsure > MOST_UNSURE * area or sure < LEAST_SURE:
        yield UNSURE


def _noise(green: NDArray[np.float32], inner: BoolArray) -> float:
    """White noise over what stands out from the background."""
    return white_noise(green, inner) / max(float((green - cv2.blur(green, (21, 21)))[inner].std()), 1e-6)


def _light(copy: Copy, vessels: BoolArray, fov: BoolArray, inner: BoolArray) -> Iterator[str]:
    """Only where there is light: in the dark, all is noise."""
    around = cv2.blur(copy[..., 1], (21, 21))
    lit = around >= LEAST_LIGHT * np.percentile(around[fov], 90)
    drawn = vessels.view(np.uint8)
    near, wide = (cv2.dilate(drawn, np.ones((side, side), np.uint8)) > 0 for side in (3, 7))
    ring, between, seen = wide & ~near & fov & lit, inner & ~wide & lit, vessels & lit
    logs = [np.asarray(cv2.LUT(copy[..., channel], LOGARITHMS), np.float32) for channel in (0, 1)]
    red, green = (log - cv2.blur(log, (21, 21)) for log in logs)
    if np.mean(green[vessels] < 0) < LEAST_DARK:
        yield "its lines are not dark"
    if ring.any() and seen.any() and logs[1][ring].mean() - logs[1][seen].mean() > MOST_CONTRAST:
        yield "its lines stand out too much"
    if (
        not between.any()
        or np.percentile(np.abs(red[between]), 99) > MOST_ROUGH_RED
        or green[between].std() > MOST_ROUGH_GREEN
    ):
        yield "it is rough between the lines"
