"""Does a vessel map look like that of a retina? What speaks against it."""

import cv2
import numpy as np
from numpy.typing import NDArray

from venule.errors import PhotographError
from venule.photograph import FieldOfView, WorkingScale
from venule.photograph.arrays import BoolArray
from venule.vessel_map import VesselMap

ACROSS = 512.0  # pixels across the field of view of the copy that is looked at
MOST = 2  # what may speak against a photograph of a retina

# Measured with the shipped models on photographs of six cameras and on copies of them in bad light, out of focus, noisy
# and compressed, in which half of their vessels were found: none has more than two. Of pictures that are no fundus
# photographs (animals, objects, tissue, pages, X-rays, OCT) most have four or more.
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
LEAST_ROUND = 0.25  # corners of the field's box that a round field leaves empty: share that is not
LOGARITHMS = np.log(np.arange(256, dtype=np.float32) + 8)  # of light, with a little stray light

Copy = NDArray[np.uint8]


def check_vessels(found: VesselMap, *, threshold: float) -> None:
    """Refuse a picture whose vessels are not those of a retina.

    Args:
        found: what a shipped model found.
        threshold: of that model.

    Raises:
        PhotographError: `not-a-fundus`: three things or more speak against it.
    """
    against = doubts(found, threshold=threshold)
    if len(against) > MOST:
        raise PhotographError(
            f"the photograph does not look like a fundus photograph: {'; '.join(against)}. Check that it is the right "
            "file; if it is, venule cannot find its vessels",
            reason="not-a-fundus",
        )


def doubts(found: VesselMap, *, threshold: float) -> tuple[str, ...]:
    """What speaks against a photograph of a retina, in words; empty for a good one."""
    scale = WorkingScale.fit(FieldOfView(found.fov, (0.0, 0.0), found.fov_diameter), ACROSS, smallest=1)
    copy, fov = scale.apply_image(found.image), scale.apply_mask(found.fov)
    probability = scale.apply_probability(found.probability)
    vessels = (probability >= threshold) & fov
    area = int(np.count_nonzero(vessels))
    share = area / max(1, int(np.count_nonzero(fov)))
    red, green, _, _ = cv2.mean(copy, fov.astype(np.uint8))
    grey = cv2.mean(cv2.absdiff(copy[..., 0], copy[..., 2]), fov.astype(np.uint8))[0] < LEAST_COLOUR
    against = {
        "its field of view is not round": _corners(fov) > LEAST_ROUND,
        "it has no colour": grey,
        "it is not red": not grey and np.log((red + 2) / (green + 2)) < LEAST_RED,
        "it has few vessels, or is full of them": not LEAST_VESSELS <= share <= MOST_VESSELS,
    }
    if area:
        joined, reach = _trees(vessels)
        dark, contrast, rough_red, rough_green = _light(copy, vessels, fov)
        unsure = np.count_nonzero((probability > 0.15) & (probability < 0.85)) / area
        sure = 2 * float(probability[vessels].sum()) / (area + float(probability[fov].sum()))
        half_width = float(cv2.distanceTransform(vessels.view(np.uint8), cv2.DIST_L2, 3)[vessels].mean())
        against |= {
            "its lines do not join to trees": joined < LEAST_JOINED or reach < LEAST_REACH,
            "its lines are not dark": dark < LEAST_DARK,
            "its lines stand out too much": contrast > MOST_CONTRAST,
            "its lines are too wide": half_width > MOST_HALF_WIDTH,
            "it is rough between the lines": rough_red > MOST_ROUGH_RED or rough_green > MOST_ROUGH_GREEN,
            "the network is not sure of its vessels": unsure > MOST_UNSURE or sure < LEAST_SURE,
        }
    else:
        against["there is no vessel at all"] = True
    return tuple(words for words, speaks in against.items() if speaks)


def _corners(fov: BoolArray) -> float:
    side = max(1, min(fov.shape) // 20)
    ends = (slice(side), slice(-side, None))
    return float(np.mean([fov[rows, columns].mean() for rows in ends for columns in ends]))


def _trees(vessels: BoolArray) -> tuple[float, float]:
    """Share of vessel in the three largest trees; share of the field's longer side that the largest spans."""
    _, _, boxes, _ = cv2.connectedComponentsWithStats(vessels.view(np.uint8))
    order = boxes[1:][np.argsort(boxes[1:, cv2.CC_STAT_AREA])[::-1]]
    spans = max(order[0, cv2.CC_STAT_WIDTH], order[0, cv2.CC_STAT_HEIGHT])
    joined = order[:3, cv2.CC_STAT_AREA].sum() / order[:, cv2.CC_STAT_AREA].sum()
    return float(joined), float(spans / max(vessels.shape))


def _light(copy: Copy, vessels: BoolArray, fov: BoolArray) -> tuple[float, float, float, float]:
    """Share of vessel that is dark, contrast of the vessels, roughness of red and of green; in logarithms of light."""
    drawn = vessels.view(np.uint8)
    near, wide = (cv2.dilate(drawn, np.ones((side, side), np.uint8)) > 0 for side in (3, 7))
    inner = cv2.erode(np.pad(fov, 1).astype(np.uint8), np.ones((13, 13), np.uint8))[1:-1, 1:-1] > 0
    ring, between = wide & ~near & fov, inner & ~wide
    logs = [np.asarray(cv2.LUT(copy[..., channel], LOGARITHMS), np.float32) for channel in (0, 1)]
    red, green = (log - cv2.blur(log, (21, 21)) for log in logs)
    contrast = float(logs[1][ring].mean() - logs[1][vessels].mean()) if ring.any() else 0.0
    dark = float(np.mean(green[vessels] < 0))
    if not between.any():
        return dark, contrast, np.inf, np.inf
    return dark, contrast, float(np.percentile(np.abs(red[between]), 99)), float(green[between].std())
