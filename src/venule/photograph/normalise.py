"""What a network is given: numbers that do not depend on a camera's exposure."""

import numpy as np
from numpy.typing import NDArray

from venule.arrays import BoolArray, ImageArray


def normalise(image: ImageArray, fov: BoolArray) -> NDArray[np.float32]:
    """Bring each channel to mean 0 and standard deviation 1 inside the field of view.

    Training and segmentation both call this, so that they cannot drift apart.

    Args:
        image: uint8 (height, width, 3), RGB, at working scale.
        fov: bool (height, width), the field of view at working scale.

    Returns:
        float32 (3, height, width); 0 outside the field of view. A channel that is the same everywhere (a red-free
        photograph stored in one channel) is 0.
    """
    inside = image[fov].astype(np.float32)
    mean, deviation = inside.mean(axis=0), inside.std(axis=0)
    scaled = (image - mean) / np.where(deviation < 1e-3, np.inf, deviation)
    return np.ascontiguousarray((scaled * fov[..., None]).transpose(2, 0, 1), dtype=np.float32)
