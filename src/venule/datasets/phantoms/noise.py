"""Random fields."""

import cv2
import numpy as np

from venule.photograph.arrays import FloatArray


def smooth_noise(shape: tuple[int, int], grain: float, rng: np.random.Generator, *, stretch: float = 1.0) -> FloatArray:
    """Smooth Gaussian noise.

    Args:
        shape: (height, width) of the field.
        grain: size of its blobs, in pixels.
        rng: where the randomness comes from.
        stretch: how much longer than wide the blobs are; 1 for round ones. The direction is random.

    Returns:
        float32 (height, width), mean near 0 and standard deviation near 1.
    """
    side = max(shape) if stretch == 1 else 1.5 * max(shape)
    rows = int(np.ceil(side / grain)) + 3
    columns = int(np.ceil(side / grain / stretch)) + 3
    coarse = rng.standard_normal((rows, columns)).astype(np.float32)
    angle = rng.uniform(0, np.pi) if stretch != 1 else 0.0
    # from the pixels of the field to the coarse grid: rotate about the centre, then shrink
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    shrink = np.diag([1 / (grain * stretch), 1 / grain])
    matrix = shrink @ turn
    offset = np.array([columns - 1, rows - 1]) / 2 - matrix @ (np.array([shape[1] - 1, shape[0] - 1]) / 2)
    field = cv2.warpAffine(
        coarse,
        np.column_stack([matrix, offset]),
        (shape[1], shape[0]),
        flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REFLECT,
    )
    return (field * 1.25).astype(np.float32)  # interpolation has reduced the standard deviation
