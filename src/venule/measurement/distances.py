"""Exact distances between pixels."""

import cv2
import numpy as np
from numpy.typing import NDArray

from venule.photograph.arrays import BoolArray


def distance_to_false(mask: BoolArray) -> NDArray[np.float32]:
    """Distance of each pixel to the nearest one that is False (Felzenszwalb and Huttenlocher 2012).

    Args:
        mask: bool (height, width), with at least one False.

    Returns:
        float32 (height, width), pixels; exact, and the same however many threads there are.
    """
    # With one thread, OpenCV hands this to Intel's IPP, whose result changes from run to run. The switch is the calling
    # thread's own.
    had = cv2.ipp.useIPP()
    cv2.ipp.setUseIPP(False)
    try:
        distance = cv2.distanceTransform(mask.view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    finally:
        cv2.ipp.setUseIPP(had)
    # Squares of distances are whole numbers: this takes the rounding of OpenCV's 32 bits off.
    squares = np.square(distance, dtype=np.float64)
    np.rint(squares, out=squares)
    return np.sqrt(squares, out=squares).astype(np.float32)
