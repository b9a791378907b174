"""Whether a picture can be a fundus photograph at all."""

import cv2
import numpy as np

from venule.arrays import BoolArray, ImageArray
from venule.errors import PhotographError


def check_fundus(small: ImageArray, mask: BoolArray) -> None:
    """Refuse what cannot be a fundus photograph, in colour or grey (red-free).

    Args:
        small: uint8 (height, width, 3) RGB, the photograph, about 512 pixels wide.
        mask: bool (height, width), its field of view.

    Raises:
        PhotographError: `not-a-fundus`.
    """
    seen = small[mask].astype(np.float32)
    red, _, blue = seen.mean(axis=0)
    grey = cv2.GaussianBlur(small, (0, 0), 0.7).astype(np.float32).mean(axis=2)
    low, high = np.percentile(grey[mask], [1, 99])
    if high - low < 0.05 * high:
        raise _not_a_fundus("it is one flat colour")
    if blue > 1.05 * red:
        raise _not_a_fundus(f"it is bluer ({blue:.0f}) than red ({red:.0f})")
    if np.median(seen.min(axis=1)) > 235:
        raise _not_a_fundus("most of it is white, like a page")


def _not_a_fundus(why: str) -> PhotographError:
    return PhotographError(
        f"the photograph does not look like a fundus photograph: {why}; check that it is the right file",
        reason="not-a-fundus",
    )
