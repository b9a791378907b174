"""Prepare a photograph for a network: convert it to the working scale and back, and normalise it."""

from dataclasses import dataclass
from typing import Any, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from venule.errors import PhotographError
from venule.photograph.arrays import BoolArray, FloatArray, ImageArray, ProbabilityArray
from venule.photograph.photograph import FieldOfView


@dataclass(frozen=True)
class WorkingScale:
    """Crop a photograph to its field of view, resample it to a working diameter, and bring a result back.

    A point is at the centre of its pixel: (0, 0) is the centre of the first pixel, whose edges are at -0.5 and 0.5.
    Sizes are whole pixels. The scale of an axis is therefore exactly `size / box size` of that axis.

    Attributes:
        shape: (height, width) of the photograph.
        box: (top, left, bottom, right) of the field of view; bottom and right are excluded.
        size: (height, width) at working scale.

    Example:
        >>> scale = WorkingScale.fit(phantom.fov, 200)
        >>> small = scale.apply_image(phantom.image)
        >>> max(small.shape)
        200
        >>> scale.restore(np.zeros(scale.size, np.float32)).shape
        (400, 400)
    """

    shape: tuple[int, int]
    box: tuple[int, int, int, int]
    size: tuple[int, int]

    @classmethod
    def fit(cls, fov: FieldOfView, diameter: float, *, smallest: float | None = None) -> Self:
        """The scale at which the circle of this field of view is `diameter` pixels across.

        With `smallest`, a photograph is reduced to `diameter` or enlarged to `smallest`; if its diameter is between
        the two, it is not resampled.

        Raises:
            PhotographError: the field of view is empty, or the working diameter is not positive.
        """
        rows, columns = np.flatnonzero(fov.mask.any(axis=1)), np.flatnonzero(fov.mask.any(axis=0))
        if not len(rows) or not 0 < diameter < float("inf"):
            raise PhotographError(
                f"no working scale of {diameter:g} pixels across for a field of view that shows "
                f"{np.count_nonzero(fov.mask)} pixels: both numbers must be positive",
                reason="no-working-scale",
            )
        top, bottom = int(rows[0]), int(rows[-1]) + 1
        left, right = int(columns[0]), int(columns[-1]) + 1
        wanted = diameter if smallest is None else min(max(fov.diameter, smallest), diameter)
        scale = wanted / fov.diameter
        size = (max(1, round((bottom - top) * scale)), max(1, round((right - left) * scale)))
        height, width = fov.mask.shape
        return cls(shape=(height, width), box=(top, left, bottom, right), size=size)

    def apply_image(self, image: ImageArray) -> ImageArray:
        """The field of view of a photograph, uint8 (height, width, 3), at working scale.

        It is reduced by averaging over areas, so that thin vessels fade but do not break. It is enlarged by cubic
        interpolation, which keeps the contrast of vessels of one or two pixels better than linear interpolation.
        """
        crop = self._crop(image)
        up = self.size[0] > crop.shape[0]
        return np.asarray(self._resize(crop, cv2.INTER_CUBIC if up else cv2.INTER_AREA), np.uint8)

    def apply_mask(self, mask: BoolArray) -> BoolArray:
        """The field of view of a mask, bool (height, width), at working scale, by the nearest pixel."""
        return self._resize(self._crop(mask).astype(np.uint8), cv2.INTER_NEAREST_EXACT) > 0

    def apply_probability(self, probability: ProbabilityArray) -> ProbabilityArray:
        """A probability, float32 (height, width), reduced to working scale by averaging over areas."""
        return np.asarray(self._resize(self._crop(probability), cv2.INTER_AREA), np.float32)

    def restore(self, probability: ProbabilityArray) -> ProbabilityArray:
        """Bring a probability at working scale back to the photograph.

        Args:
            probability: float32, of this scale's `size`.

        Returns:
            float32 (height, width) of the photograph, in [0, 1]; 0 outside the box of the field of view.
        """
        if probability.shape != self.size:
            raise _wrong_size("the probability", probability.shape, self.size)
        top, left, bottom, right = self.box
        up = bottom - top >= self.size[0]
        crop = cv2.resize(
            np.ascontiguousarray(probability, np.float32),
            (right - left, bottom - top),
            interpolation=cv2.INTER_LINEAR
            if up
            else cv2.INTER_AREA,  # linear interpolation would skip pixels when reducing
        )
        restored = np.zeros(self.shape, np.float32)
        np.clip(crop, 0, 1, out=restored[top:bottom, left:right])
        return restored

    def to_working(self, points: FloatArray) -> FloatArray:
        """Points (n, 2) of the photograph, (row, column), as points at working scale."""
        return (np.asarray(points, np.float64) - self.box[:2] + 0.5) * self._scale() - 0.5

    def to_original(self, points: FloatArray) -> FloatArray:
        """Points (n, 2) at working scale, (row, column), as points of the photograph: undoes `to_working`."""
        return (np.asarray(points, np.float64) + 0.5) / self._scale() - 0.5 + self.box[:2]

    def _scale(self) -> FloatArray:
        top, left, bottom, right = self.box
        return np.array([self.size[0] / (bottom - top), self.size[1] / (right - left)])

    def _crop(self, array: NDArray[Any]) -> NDArray[Any]:
        if array.shape[:2] != self.shape:
            raise _wrong_size("the array", array.shape[:2], self.shape)
        top, left, bottom, right = self.box
        return array[top:bottom, left:right]

    def _resize(self, crop: NDArray[Any], interpolation: int) -> NDArray[Any]:
        return np.asarray(cv2.resize(crop, self.size[::-1], interpolation=interpolation))


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


def _wrong_size(what: str, got: tuple[int, ...], expected: tuple[int, int]) -> PhotographError:
    return PhotographError(
        f"{what} is {got[1]}x{got[0]}, but this working scale is for {expected[1]}x{expected[0]}: "
        "use the scale that was made for the same photograph",
        reason="wrong-size",
    )
