"""Convert any array of pixels to uint8 RGB."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from venule.errors import PhotographError
from venule.photograph.arrays import ImageArray

SMALLEST_SIDE = 64  # pixels; in smaller photographs, no vessel is wider than a pixel
MOST_SCANS = 200  # of a JPEG; each scan is a pass over all pixels; cameras and programs write 1 to 15

_HOT, _LARGEST_LABEL = 0.001, 0.05  # shares of the pixels that say nothing of the bits in use: hot ones, and a label


def image_from_array(array: NDArray[Any], *, name: str = "the array") -> ImageArray:
    """Convert the usual kinds of pixels to uint8 RGB.

    Args:
        array: (height, width) or (height, width, 1) grey, (height, width, 3) RGB or (height, width, 4) RGBA; uint8,
            uint16 or float in [0, 1]. uint16 is scaled by the bits in use, 12 for 12-bit data in a 16-bit file, even
            if hot pixels or a label are brighter; the highest 8 of them are kept. Values up to 255 do not change.
        name: what error messages call it.

    Returns:
        uint8 (height, width, 3) RGB; transparent pixels are black.

    Raises:
        PhotographError: `bad-array` for another shape or type, or for floats outside [0, 1]; `too-small`.

    Example:
        >>> image_from_array(np.full((100, 100), 0.5)).shape
        (100, 100, 3)
    """
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (1, 3, 4)):
        raise PhotographError(
            f"{name} has shape {array.shape}; give (height, width), or (height, width, channels) with 1, 3 or 4 "
            "channels in the order RGBA",
            reason="bad-array",
        )
    check_dimensions(*array.shape[:2], name=name)
    eight = _eight_bits(array, name=name)
    if eight.ndim == 2 or eight.shape[2] == 1:
        return np.asarray(cv2.cvtColor(eight.reshape(eight.shape[:2]), cv2.COLOR_GRAY2RGB), np.uint8)
    if eight.shape[2] == 4:
        return over_black(eight)
    return np.ascontiguousarray(eight)


def over_black(rgba: NDArray[np.uint8]) -> ImageArray:
    """Lay uint8 (height, width, 4) RGBA over black."""
    opacity = np.repeat(rgba[..., 3:], 3, axis=2)
    return np.asarray(cv2.multiply(np.ascontiguousarray(rgba[..., :3]), opacity, scale=1 / 255), np.uint8)


def turned(array: NDArray[Any], orientation: int) -> NDArray[Any]:
    """An array, (height, width) or with channels, as EXIF's Orientation 1 to 8 says that it is to be seen."""
    if orientation in (5, 7):
        array = array.swapaxes(0, 1)
    quarters = {3: 2, 6: -1, 7: 2, 8: 1}.get(orientation, 0)
    array = np.rot90(array, quarters) if quarters else array
    if orientation in (2, 4):
        array = np.flip(array, 1 if orientation == 2 else 0)
    return np.ascontiguousarray(array)


def grey_of(image: ImageArray) -> NDArray[np.uint8]:
    """The grey levels of uint8 (height, width, 3) RGB; exactly the channel where all three are the same."""
    red = image[..., 0]
    if np.array_equal(red, image[..., 1]) and np.array_equal(red, image[..., 2]):
        return red
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8)


def check_dimensions(
    height: int, width: int, *, name: str, most: int | None = None, smallest: int = SMALLEST_SIDE
) -> None:
    """Raise PhotographError: `too-large` above so many pixels, `too-small` if the shorter side is below `smallest`."""
    if most is not None and width * height > most:
        raise PhotographError(
            f"{name} is {width}x{height}, {width * height:,} pixels; the limit is {most:,}: "
            "make it smaller, or raise max_pixels",
            reason="too-large",
        )
    if min(height, width) < smallest:
        raise PhotographError(
            f"{name} is {width}x{height} pixels; the shorter side of a photograph must have at least "
            f"{SMALLEST_SIDE}: give the original, not a thumbnail",
            reason="too-small",
        )


def _eight_bits(array: NDArray[Any], *, name: str) -> NDArray[np.uint8]:
    if array.dtype == np.uint8:
        return array.astype(np.uint8, copy=False)
    if array.dtype == np.uint16:
        # Opacity has its own range: 65535 next to colours of 12 bits.
        parts = [array] if array.ndim == 2 else [array[..., :3], array[..., 3:]]
        return np.concatenate([_highest_bits(part) for part in parts], axis=-1)
    if not np.issubdtype(array.dtype, np.floating):
        raise PhotographError(f"{name} is {array.dtype}; give uint8, uint16, or float in [0, 1]", reason="bad-array")
    low, high = float(array.min()), float(array.max())  # NaN if there is one
    if not (low >= 0 and high <= 1):
        raise PhotographError(
            f"{name} is {array.dtype} with values from {low:g} to {high:g}; floats must lie in [0, 1]: "
            "divide by the largest possible value, and replace NaN",
            reason="bad-array",
        )
    return np.asarray(np.rint(array * 255), np.uint8)


def _highest_bits(part: NDArray[np.uint16]) -> NDArray[np.uint8]:
    brightest = int(part.max(initial=0))
    bits = brightest.bit_length()
    if bits > 8:
        # A thousandth may be hot pixels; a label is many pixels of one value, and at its edges half as many between.
        label = int(np.count_nonzero(part == brightest))
        label = label if label <= _LARGEST_LABEL * part.size else 0
        spare = label + max(_HOT * part.size, label / 2)
        while bits > 8 and np.count_nonzero(part >= 2 ** (bits - 1)) <= spare:
            bits -= 1
    return np.asarray(np.minimum(part >> max(0, bits - 8), 255), np.uint8)
