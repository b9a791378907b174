"""The noise of a photograph."""

import cv2
import numpy as np
from numpy.typing import NDArray

from venule.photograph.arrays import BoolArray


def white_noise(level: NDArray[np.float32], inside: BoolArray) -> float:
    """Standard deviation of white noise: what is left where lines, edges and slopes cancel (Immerkaer 1996).

    Args:
        level: float32 (height, width), one channel.
        inside: bool (height, width), where to look.

    Example:
        >>> noisy = np.random.default_rng(0).normal(100, 5, (200, 200)).astype(np.float32)
        >>> round(white_noise(noisy, np.ones((200, 200), bool)), 1)
        5.0
    """
    kernel = np.outer([1, -2, 1], [1, -2, 1]).astype(np.float32)
    rest = np.abs(cv2.filter2D(level, -1, kernel))[inside]
    return float(np.sqrt(np.pi / 2) / 6 * rest.mean())
