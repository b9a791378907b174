"""Find the field of view of a photograph."""

import math
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from venule.errors import PhotographError
from venule.photograph.arrays import BoolArray, FloatArray, ImageArray
from venule.photograph.border import (
    TOLERANCE,
    Cutout,
    brightest_channel,
    circle_around,
    cut_out,
    cut_out_high_pass,
    outline,
)
from venule.photograph.circle import Circle, draw_disc
from venule.photograph.fundus import check_fundus, kinds_of, refuse_drawing, refuse_strip
from venule.photograph.photograph import FieldOfView

_SMALL = 512  # longer side of the reduced copy that is searched, in pixels
_BLACK = 8  # grey level that at least 1 % of the pixels must reach
_SUPPORTED = 0.6  # share of the arc inside the frame that must be visible for a circle
_CORNER, _ROUND = 20, 0.25  # side of a corner, of the shorter side; share of corners that a round field may fill
_NOT_ROUND, _PREPROCESSED = "fov-not-round", "preprocessed"
# Panels around a photograph in a page or a screenshot: how many, one inside the other; the darkest, and how far at
# least from the border; the largest difference of a pixel from its colour; the smallest frame left, and the
# height of a line of bold text, in pixels.
_MOST_PANELS, _PANEL_DARKEST, _PANEL_EVEN, _SMALLEST_FRAME, _LINE_OF_TEXT = 4, 40, 2, 64, 32


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
    filtered = _PREPROCESSED in fov.notes
    check_fundus(small, small_mask, filtered=filtered)
    kinds = () if filtered else kinds_of(small, small_mask, not_round=_NOT_ROUND in fov.notes)
    return replace(fov, notes=(*fov.notes, *kinds))


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


def is_round(mask: BoolArray) -> bool:
    """Whether a field of view, bool (height, width), leaves the corners of its box empty, nearly."""
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    box = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    side = max(1, min(box.shape) // _CORNER)
    ends = (slice(side), slice(-side, None))
    return bool(np.mean([box[down, right].mean() for down in ends for right in ends]) < _ROUND)


def whole_frame(shape: tuple[int, int]) -> FieldOfView:
    """A field of view that is the whole frame (height, width), with its longer side as the diameter."""
    return _other_fov(np.ones(shape, np.bool_), ())


def _find(small: ImageArray, shape: tuple[int, int]) -> tuple[FieldOfView, BoolArray]:
    """The field of view at the size of the photograph, (height, width), and its mask for the small copy."""
    high_pass = cut_out_high_pass(small)
    best = high_pass or _cut_out_in_panels(small)
    notes = (_PREPROCESSED,) if high_pass else ()
    if best.circle is not None and best.fit >= _SUPPORTED:
        scale = (shape[0] / small.shape[0], shape[1] / small.shape[1])
        circle, box = _scaled(best.circle, scale), _cut_offs(best.component, best.circle)
        mask = _cut(draw_disc(circle, shape), box, scale)
        return _round_fov(mask, circle, notes), _cut(draw_disc(best.circle, best.component.shape), box, (1.0, 1.0))
    if best.sharp:
        mask = cv2.resize(best.component.astype(np.uint8), shape[::-1], interpolation=cv2.INTER_NEAREST_EXACT) > 0
        return _other_fov(mask, notes), best.component
    return _other_fov(np.ones(shape, np.bool_), notes), np.ones(small.shape[:2], np.bool_)


def _cut_out_in_panels(small: ImageArray) -> Cutout:
    """As `cut_out`, without the flat panels around a photograph in a page or a screenshot."""
    best = inner = cut_out(small)
    rows, columns = slice(0, small.shape[0]), slice(0, small.shape[1])
    for _ in range(_MOST_PANELS):
        found = inner.circle is not None and inner.fit >= _SUPPORTED
        peeled = _peel(small, rows, columns, border=inner.border if found else None)
        if inner.circle is not None and found:
            component = np.zeros(small.shape[:2], np.bool_)
            component[rows, columns] = inner.component
            rest = np.zeros(small.shape[:2], np.bool_)
            rest[peeled] = True
            row, column = inner.circle.row + rows.start, inner.circle.column + columns.start
            return replace(inner, circle=replace(inner.circle, row=row, column=column), component=component & rest)
        if peeled == (rows, columns):
            break
        rows, columns = peeled
        inner = cut_out(np.ascontiguousarray(small[rows, columns]))
        if inner.circle is not None and 4 * inner.circle.radius < min(inner.component.shape):  # an optic disc, a logo
            break
    return best


def _peel(small: ImageArray, rows: slice, columns: slice, *, border: FloatArray | None) -> tuple[slice, slice]:
    """The frame without one flat panel at each side, which may hold text; neither black nor the border is a panel."""
    for vertical, last in ((True, False), (True, True), (False, False), (False, True)):
        lines = small[rows, columns] if vertical else small[rows, columns].swapaxes(0, 1)
        lines = lines[::-1] if last else lines
        colour = np.median(lines[0], axis=0)
        if colour.max() < _PANEL_DARKEST or (border is not None and np.abs(colour - border).max() < _PANEL_DARKEST):
            continue
        low, high = np.clip(colour - _PANEL_EVEN, 0, 255), np.clip(colour + _PANEL_EVEN, 0, 255)
        even = ((lines >= low) & (lines <= high)).all(axis=2).mean(axis=1)
        flat = np.flatnonzero(even >= 0.5)
        steps = np.diff(flat, append=len(lines) + _LINE_OF_TEXT)
        count = int(flat[np.argmax(steps > _LINE_OF_TEXT)]) + 1 if even[0] >= 0.9 else 0
        if len(lines) - count < _SMALLEST_FRAME:
            continue
        side = rows if vertical else columns
        side = slice(side.start, side.stop - count) if last else slice(side.start + count, side.stop)
        rows, columns = (side, columns) if vertical else (rows, side)
    return rows, columns


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


def _round_fov(mask: BoolArray, circle: Circle, notes: tuple[str, ...] = ()) -> FieldOfView:
    return FieldOfView(
        mask=mask,
        centre=(circle.row, circle.column),
        diameter=2 * circle.radius * math.sqrt(circle.stretch),
        notes=notes if circle.stretch == 1 else (_NOT_ROUND, *notes),
    )


def _other_fov(mask: BoolArray, notes: tuple[str, ...] = ()) -> FieldOfView:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return FieldOfView(
        mask=mask,
        centre=(float(rows[0] + rows[-1]) / 2, float(columns[0] + columns[-1]) / 2),
        diameter=float(max(rows[-1] - rows[0], columns[-1] - columns[0]) + 1),
        notes=(_NOT_ROUND, *notes),
    )
