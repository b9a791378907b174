"""Find the field of view of a photograph."""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from venule.errors import PhotographError
from venule.photograph.arrays import BoolArray, ImageArray
from venule.photograph.border import TOLERANCE, brightest_channel, circle_around, cut_out, outline
from venule.photograph.circle import Circle, draw_disc
from venule.photograph.fundus import check_fundus, refuse_drawing, refuse_strip
from venule.photograph.photograph import FieldOfView

_SMALL = 512  # longer side of the reduced copy that is searched, in pixels
_BLACK = 8  # grey level that at least 1 % of the pixels must reach
_SUPPORTED = 0.6  # share of the arc inside the frame that must be visible for a circle


def find_fov(image: ImageArray) -> FieldOfView:
    """Find the field of view of a photograph: a circle, possibly cut off, another shape, or the whole frame.

    The border has the colour of the corners that agree. The area with another colour is found at several thresholds,
    and a circle is fitted to each outline. The circle with the most complete arc is used, within straight cut-offs. A
    sharp outline that is not a circle is used as it is. Without a border, the whole frame is the field of view. The
    circle is accurate to about 0.25 % of the longer side.

    Args:
        image: uint8 (height, width, 3), RGB.

    Raises:
        PhotographError: `all-black` if 99 % of the pixels are darker than 8 in every channel; `not-a-fundus` by the
            rules of `check_fundus`, `refuse_strip` and `refuse_drawing`.

    Example:
        >>> abs(find_fov(phantom.image).diameter - phantom.fov.diameter) < 4
        True
    """
    refuse_strip(image)
    small = _shrink(image)
    brightest = float(np.percentile(brightest_channel(small)[::2, ::2], 99))
    if brightest < _BLACK:
        raise PhotographError(
            f"the photograph is all black (brightest grey level {brightest:.0f} of 255): was the flash off, or the "
            "wrong file exported?",
            reason="all-black",
        )
    refuse_drawing(image)
    fov, small_mask = _find(small, (image.shape[0], image.shape[1]))
    check_fundus(small, small_mask)
    return fov


def fov_from_mask(mask: BoolArray) -> FieldOfView:
    """The field of view of a given mask, with a circle fitted to its outline.

    Args:
        mask: bool (height, width), True where the photograph shows retina.

    Raises:
        PhotographError: `empty-mask`.

    Example:
        >>> abs(fov_from_mask(phantom.fov.mask).diameter - phantom.fov.diameter) < 4
        True
    """
    if not mask.any():
        raise PhotographError(
            "the mask of the field of view is empty: is it the right file, and white where the retina is?",
            reason="empty-mask",
        )
    shape = (mask.shape[0], mask.shape[1])
    circle = circle_around(outline(mask), shape, tolerance=max(TOLERANCE, TOLERANCE * max(shape) / _SMALL))
    return _round_fov(mask, circle) if circle is not None and circle.support >= _SUPPORTED else _other_fov(mask)


def whole_frame(shape: tuple[int, int]) -> FieldOfView:
    """A field of view that is the whole frame (height, width), with its longer side as the diameter."""
    return _other_fov(np.ones(shape, np.bool_))


def _find(small: ImageArray, shape: tuple[int, int]) -> tuple[FieldOfView, BoolArray]:
    """The field of view at the size of the photograph, (height, width), and its mask for the small copy."""
    best = cut_out(small)
    if best.circle is not None and best.fit >= _SUPPORTED:
        scale = (shape[0] / small.shape[0], shape[1] / small.shape[1])
        circle, box = _scaled(best.circle, scale), _cut_offs(best.component, best.circle)
        mask = _cut(draw_disc(circle, shape), box, scale)
        return _round_fov(mask, circle), _cut(draw_disc(best.circle, best.component.shape), box, (1.0, 1.0))
    if best.sharp:
        mask = cv2.resize(best.component.astype(np.uint8), shape[::-1], interpolation=cv2.INTER_NEAREST_EXACT) > 0
        return _other_fov(mask), best.component
    return whole_frame(shape), np.ones(small.shape[:2], np.bool_)


def _shrink(image: ImageArray) -> ImageArray:
    step = max(1, max(image.shape[:2]) // (2 * _SMALL))  # every third pixel of 8 million is enough, and faster
    image = image[step // 2 :: step, step // 2 :: step]
    scale = _SMALL / max(image.shape[:2])
    if scale >= 1:
        return image
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    nearly = scale > 0.8  # averaging over areas would be seven times slower without a benefit
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_LINEAR if nearly else cv2.INTER_AREA), np.uint8)


def _scaled(circle: Circle, scale: tuple[float, float]) -> Circle:
    return replace(
        circle,
        row=(circle.row + 0.5) * scale[0] - 0.5,
        column=(circle.column + 0.5) * scale[1] - 0.5,
        radius=circle.radius * (scale[0] + scale[1]) / 2,
    )


def _cut_offs(component: BoolArray, circle: Circle) -> tuple[int, int, int, int]:
    """Straight cut-offs (top, left, bottom, right) of the disc: few of its pixels are beyond them."""
    height, width = component.shape
    disc = draw_disc(circle, (height, width))
    (top, bottom), (left, right) = (_kept((component & disc).sum(axis), disc.sum(axis)) for axis in (1, 0))
    return top, left, bottom, right


def _kept(have: NDArray[np.integer], expected: NDArray[np.integer]) -> tuple[int, int]:
    reach, kept = np.flatnonzero(expected), np.flatnonzero(2 * have > expected)
    first, last = int(kept[0]), int(kept[-1]) + 1
    # Up to three pixels lost to the threshold are not a cut-off.
    return first if first - reach[0] > 3 else 0, last if reach[-1] + 1 - last > 3 else len(have)


def _cut(mask: BoolArray, box: tuple[int, int, int, int], scale: tuple[float, float]) -> BoolArray:
    top, left, bottom, right = box
    rows = np.s_[round(top * scale[0]) : round(bottom * scale[0])]
    columns = np.s_[round(left * scale[1]) : round(right * scale[1])]
    kept = np.zeros_like(mask)
    kept[rows, columns] = mask[rows, columns]
    return kept


def _round_fov(mask: BoolArray, circle: Circle) -> FieldOfView:
    return FieldOfView(mask=mask, centre=(circle.row, circle.column), diameter=2 * circle.radius)


def _other_fov(mask: BoolArray) -> FieldOfView:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return FieldOfView(
        mask=mask,
        centre=(float(rows[0] + rows[-1]) / 2, float(columns[0] + columns[-1]) / 2),
        diameter=float(max(rows[-1] - rows[0], columns[-1] - columns[0]) + 1),
    )
