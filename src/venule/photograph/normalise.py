"""Normalise the input of a network, so that it does not depend on exposure."""

import cv2
import numpy as np
from numpy.typing import NDArray

from venule.photograph.arrays import BoolArray, ImageArray


def normalise(image: ImageArray, fov: BoolArray) -> NDArray[np.float32]:
    """Bring each channel to mean 0 and standard deviation 1 inside the field of view.

    Training and segmentation both use this function, so that they cannot differ.

    Args:
        image: uint8 (height, width, 3), RGB, at working scale.
        fov: bool (height, width), the field of view at working scale.

    Returns:
        float32 (3, height, width); 0 outside the field of view. A constant channel is 0, for example if a red-free
        photograph is stored in one channel.
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
