"""The optic disc and the fovea of a photograph, as a network sees them."""

from dataclasses import dataclass

import cv2
import numpy as np

from venule.photograph import Photograph, WorkingScale
from venule.photograph.arrays import ProbabilityArray
from venule.photograph.working import normalise
from venule.segmentation.predict import MARGIN, with_margin
from venule.segmentation.segmenter import Segmenter

SPOT = 0.03  # of the field of view: deviation of the Gaussian that the network was shown about each landmark


@dataclass(frozen=True)
class Place:
    """Where a landmark is likeliest.

    Attributes:
        centre: (row, column), pixels of the photograph.
        confidence: 0 to 1.
    """

    centre: tuple[float, float]
    confidence: float


def find_landmarks(photograph: Photograph, segmenter: Segmenter) -> tuple[Place, Place]:
    """The likeliest places of the optic disc and of the fovea.

    Args:
        photograph: of any size.
        segmenter: with a model that finds landmarks.
    """
    scale = WorkingScale.fit(photograph.fov, segmenter.card.working_diameter)
    fov = scale.apply_mask(photograph.fov.mask)
    height, width = fov.shape
    prepared = with_margin(normalise(scale.apply_image(photograph.image), fov), segmenter.card.multiple)
    maps = segmenter.run(prepared)[0, :, MARGIN : MARGIN + height, MARGIN : MARGIN + width]
    disc, fovea = (_peak(seen * fov, scale, SPOT * segmenter.card.working_diameter) for seen in maps)
    return disc, fovea


def _peak(seen: ProbabilityArray, scale: WorkingScale, spot: float) -> Place:
    """The middle of what lies about the highest point."""
    smooth = cv2.GaussianBlur(seen, (0, 0), spot / 2)
    row, column = (int(value) for value in np.unravel_index(int(smooth.argmax()), smooth.shape))
    rows, columns = np.indices(seen.shape)
    weights = np.where(np.hypot(rows - row, columns - column) <= 2 * spot, seen, 0) + 1e-9
    middle = np.array([[np.average(rows, weights=weights), np.average(columns, weights=weights)]])
    centre = scale.to_original(middle)[0]
    return Place((float(centre[0]), float(centre[1])), float(seen[row, column]))
