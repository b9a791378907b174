"""What a network is given: numbers that do not depend on a camera's exposure."""

import cv2
import numpy as np
from numpy.typing import NDArray

from venule.photograph.arrays import BoolArray, ImageArray


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
    mean, deviation = (np.ravel(each) for each in cv2.meanStdDev(image, mask=fov.view(np.uint8)))
    scaled = np.zeros((3, *fov.shape), np.float32)
    for channel in range(3):
        if deviation[channel] >= 1e-3:
            np.subtract(
                image[..., channel], np.float32(mean[channel]), out=scaled[channel], where=fov, dtype=np.float32
            )
            scaled[channel] *= np.float32(1 / deviation[channel])
    return scaled
