"""Check whether an image can be a fundus photograph, and of which kind."""

import cv2
import numpy as np
from numpy.typing import NDArray

from venule.errors import PhotographError
from venule.photograph.arrays import BoolArray, FloatArray, ImageArray

# Measured on all of DRIVE, CHASE_DB1 and HRF: unchanged, darkened to 0.3, blurred, as JPEG of quality 10, red-free, and
# without a border. "Nearest" is the value closest to the limit.
_LEAST_CONTRAST = 0.05  # nearest: 0.13, blurred, without a border
_MOST_BLUE_FOR_RED = 1.05  # nearest: 1.0, red-free; in colour 0.49
_COLOURLESS = 0.85  # blue over red of paper and of noise; in colour 0.49
_LEAST_SMOOTHNESS = 0.45  # nearest: 0.90; 0.61 with noise of 25 grey levels. Pure noise: 0.1
_LEAST_COLOURLESS_SMOOTHNESS = 0.8  # nearest: 0.88, red-free, without a border. Pages of text: 0.5 to 0.7
_WHITE = 180  # nearest: 130, red-free, without a border. Paper: 190 to 255
_GREY = 3  # grey levels between red and blue; in colour 18 or more
_ONLY_GREEN = 3  # green over red and blue; in colour 1.1 or less
_BRIGHT_LINES = 1.1  # over dark ones; in the green of photographs in colour 1.0 or less
_NO_BLUE, _WIDE = 0.03, 1.15  # of red and green; of its height
_LONGEST_STRIP = 8  # times its width; photographs have 1 to 1.8, mosaics of several up to 3


def check_fundus(small: ImageArray, mask: BoolArray, *, filtered: bool = False) -> None:
    """Refuse an image that cannot be a fundus photograph, in colour or grey (red-free).

    The rules are cautious and accept doubtful images. An image is refused if it is

    * flat: the 99th and the 1st percentile of grey differ by less than 5 % of the brighter (one colour);
    * bluer than red, on average (sky, an inverted photograph): in a colour photograph of a retina, red is brighter
      than green and green than blue; a red-free photograph is grey or green;
    * without smooth structure: neighbours of the small copy correlate by less than 0.45 (noise), or, without colour,
      by less than 0.8 (a page of text);
    * without colour and mostly bright: half of the pixels are above 180 in every channel (paper).

    Args:
        small: uint8 (height, width, 3) RGB, the photograph, about 512 pixels wide.
        mask: bool (height, width), its field of view.
        filtered: whether a blurred copy was subtracted from it, which leaves little colour and smooth structure.

    Raises:
        PhotographError: `not-a-fundus`.
    """
    area = mask.astype(np.uint8)
    red, _, blue, _ = cv2.mean(small, area)
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    low, high = np.percentile(grey[::2, ::2][mask[::2, ::2]], [1, 99])
    if high - low < _LEAST_CONTRAST * high:
        raise _not_a_fundus(f"it is one flat colour (grey from {low:.0f} to {high:.0f})")
    if blue > _MOST_BLUE_FOR_RED * red:
        raise _not_a_fundus(f"it is bluer ({blue:.0f}) than red ({red:.0f})")
    colourless = blue > _COLOURLESS * red and not filtered
    smoothness = _neighbour_correlation(grey.astype(np.float32), area)
    if smoothness < (_LEAST_COLOURLESS_SMOOTHNESS if colourless else _LEAST_SMOOTHNESS):
        raise _not_a_fundus(f"it is rough, like noise or text (neighbours correlate by {smoothness:.2f})")
    if colourless and np.median(small.min(axis=2)[mask]) > _WHITE:
        raise _not_a_fundus("most of it is white, like paper")


def kinds_of(small: ImageArray, mask: BoolArray, *, not_round: bool) -> tuple[str, ...]:
    """Name a photograph that is none in colour, as far as its pixels tell.

    * `red-free`: grey, or nearly without red and blue, and its lines are darker than what is around them;
    * `angiogram`: grey, and its lines are brighter (fluorescein or indocyanine green);
    * `ultra-wide-field`: red and green without blue, as of two lasers, in a field that is no circle and wide.

    Args:
        small: uint8 (height, width, 3) RGB, the photograph, about 512 pixels wide.
        mask: bool (height, width), its field of view.
        not_round: whether that is no circle, as it is in photographs of one flash.
    """
    area = mask.astype(np.uint8)
    red, green, blue, _ = cv2.mean(small, area)
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    wide = np.ptp(columns) > _WIDE * np.ptp(rows)
    if not_round and wide and blue < _NO_BLUE * min(red, green):
        return ("ultra-wide-field",)
    grey = cv2.mean(cv2.absdiff(small[..., 0], small[..., 2]), area)[0] < _GREY
    if not grey and green < _ONLY_GREEN * max(red, blue):
        return ()
    inner = cv2.erode(np.pad(area, 1), np.ones((25, 25), np.uint8))[1:-1, 1:-1] > 0
    if not inner.any():
        return ()
    level = np.where(mask, small[..., 1], np.uint8(np.median(small[..., 1][mask])))
    lines = [
        cv2.morphologyEx(level, operation, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (7, 7)))[inner]
        for operation in (cv2.MORPH_BLACKHAT, cv2.MORPH_TOPHAT)
    ]
    dark, bright = (float(np.percentile(each, 97)) + 1 for each in lines)
    return ("angiogram",) if grey and bright > _BRIGHT_LINES * dark else ("red-free",)


def refuse_strip(image: ImageArray) -> None:
    """Raise `not-a-fundus` if one side is more than 8 times as long as the other: no reduced copy could show it."""
    height, width = image.shape[:2]
    if max(height, width) > _LONGEST_STRIP * min(height, width):
        raise _not_a_fundus(f"it is a strip of {width}x{height} pixels")


def refuse_drawing(image: ImageArray) -> None:
    """Raise `not-a-fundus` for an image with two grey levels, such as the drawings and masks in data sets.

    At least 98 % of its pixels are within 16 grey levels of the darkest or the brightest, these differ by more than
    100, and there is no colour. A reduced copy would have other levels in between: `image` has its full size.
    """
    step = max(1, max(image.shape[:2]) // 512)
    red, green, blue = cv2.split(np.ascontiguousarray(image[::step, ::step]))
    brightest, darkest = cv2.max(cv2.max(red, green), blue), cv2.min(cv2.min(red, green), blue)
    low, high, _, _ = cv2.minMaxLoc(brightest)
    if high - low <= 100 or cv2.mean(cv2.subtract(brightest, darkest))[0] > 8:
        return
    if np.mean((np.asarray(brightest) <= low + 16) | (np.asarray(brightest) >= high - 16)) >= 0.98:
        raise _not_a_fundus("it has only two grey levels, like a drawing of vessels or a mask")


def _neighbour_correlation(grey: FloatArray, area: NDArray[np.uint8]) -> float:
    """Correlation of horizontal neighbours, away from the edge of the field of view, which would dominate it."""
    inner = cv2.erode(area, np.ones((9, 9), np.uint8))[::2] > 0  # every second row is enough
    both = inner[:, 1:] & inner[:, :-1]
    left, right = grey[::2, :-1][both], grey[::2, 1:][both]
    if left.size < 100 or left.std() == 0 or right.std() == 0:
        return 1.0
    return float(np.corrcoef(left, right)[0, 1])


def _not_a_fundus(why: str) -> PhotographError:
    return PhotographError(
        f"the photograph does not look like a fundus photograph: {why}; check that it is the right file",
        reason="not-a-fundus",
    )
