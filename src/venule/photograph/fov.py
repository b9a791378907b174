"""The field of view: where a photograph shows retina."""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from venule.arrays import BoolArray, FloatArray, ImageArray
from venule.errors import PhotographError
from venule.photograph.circle import Circle, draw_disc, fit_circle
from venule.photograph.fundus import check_fundus
from venule.photograph.photograph import FieldOfView

_SMALL = 512  # longer side of the copy on which everything is found, in pixels
_LEVELS = (0.06, 0.1, 0.15, 0.25, 0.4)  # of the way from the border's colour to the retina's
_TOLERANCE = 1.5  # pixels of the small copy that an outline may lie off its circle
_SUPPORTED = 0.6  # share of the arc inside the frame that must be seen for the outline to be a circle
_SHARPEST_SHADE = 0.12  # step across the outline, as a share of the retina's brightness; shading is softer


def find_fov(image: ImageArray) -> FieldOfView:
    """Find the field of view of a photograph: a circle, cut off straight or not, another shape, or the whole frame.

    What differs from the colour of the border (the corners that agree) is cut out at several thresholds, a circle is
    fitted to the outline at each, and the one whose arc is seen most completely is taken, within the straight
    cut-offs. A sharp outline that is no circle is taken as it is; without a sharp outline the whole frame is the
    field of view.

    Args:
        image: uint8 (height, width, 3), RGB.

    Raises:
        PhotographError: `all-black`; or `not-a-fundus`, by the rules that `check_fundus` states.
    """
    small = _shrink(image)
    if np.percentile(small.max(axis=2), 99) < 8:
        raise PhotographError(
            "the photograph is all black: was the flash off, or the wrong file exported?", reason="all-black"
        )
    fov, small_mask = _find(small, image.shape[:2])
    check_fundus(small, small_mask)
    return fov


def fov_from_mask(mask: BoolArray) -> FieldOfView:
    """The field of view that a given mask says, with the circle fitted to its outline.

    Args:
        mask: bool (height, width), True where the photograph shows retina.

    Raises:
        PhotographError: `empty-mask`.
    """
    if not mask.any():
        raise PhotographError(
            "the mask of the field of view is empty: is it the right file, and white where the retina is?",
            reason="empty-mask",
        )
    circle = fit_circle(_outline(mask), mask.shape, tolerance=max(_TOLERANCE, 0.003 * max(mask.shape)))
    if circle is not None and circle.support >= _SUPPORTED:
        return _round_fov(mask, _grown(circle))
    return _other_fov(mask)


@dataclass(frozen=True)
class _Candidate:
    component: BoolArray
    circle: Circle | None
    sharp: bool
    alone: bool  # little else differs from the border

    @property
    def support(self) -> float:
        return self.circle.support if self.circle is not None and self.sharp and self.alone else 0.0


def _find(small: ImageArray, shape: tuple[int, int]) -> tuple[FieldOfView, BoolArray]:
    distance = _distance_from_border(small)
    best = _best_candidate(distance)
    if best.circle is not None and best.support >= _SUPPORTED:
        box = _box(best.component, best.circle)
        scale = (shape[0] / small.shape[0], shape[1] / small.shape[1])
        mask = _cut(draw_disc(_scaled(best.circle, scale), shape), box, scale)
        small_mask = _cut(draw_disc(best.circle, small.shape[:2]), box, (1.0, 1.0))
        return _round_fov(mask, _scaled(best.circle, scale)), small_mask
    if best.sharp and best.alone and 0.15 < best.component.mean() < 0.98:
        mask = cv2.resize(best.component.astype(np.uint8), shape[::-1], interpolation=cv2.INTER_NEAREST_EXACT) > 0
        return _other_fov(mask), best.component
    return _other_fov(np.ones(shape, np.bool_)), np.ones(small.shape[:2], np.bool_)


def _shrink(image: ImageArray) -> ImageArray:
    scale = _SMALL / max(image.shape[:2])
    if scale >= 1:
        return image
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def _distance_from_border(small: ImageArray) -> FloatArray:
    """How far each pixel is from the colour of the border: the largest difference of a channel."""
    side = max(4, round(0.03 * min(small.shape[:2])))
    corners = [
        small[rows, columns] for rows in (np.s_[:side], np.s_[-side:]) for columns in (np.s_[:side], np.s_[-side:])
    ]
    colours = np.array([np.median(corner.reshape(-1, 3), axis=0) for corner in corners])
    agree = np.abs(colours[:, None] - colours).max(axis=2) < 16
    chosen = max(range(4), key=lambda corner: (agree[corner].sum(), -colours[corner].sum()))
    border = np.median(colours[agree[chosen]], axis=0).astype(np.int16)
    return np.abs(small.astype(np.int16) - border).max(axis=2).astype(np.float32)


def _best_candidate(distance: FloatArray) -> _Candidate:
    brightness = float(np.percentile(distance, 75))
    window = np.ones((7, 7), np.uint8)
    step = cv2.dilate(distance, window) - cv2.erode(distance, window)
    candidates = []
    for level in _LEVELS:
        differs = distance > max(level * brightness, 4)
        component = _largest_component(differs)
        outline = _outline(component)
        circle = fit_circle(outline, component.shape, tolerance=_TOLERANCE)
        steps = step[tuple(outline.astype(int).T)]
        candidates.append(
            _Candidate(
                component=component,
                circle=None if circle is None else _grown(circle),
                sharp=len(steps) > 0 and float(np.median(steps)) > _SHARPEST_SHADE * brightness,
                alone=np.count_nonzero(differs & ~component) < 0.1 * np.count_nonzero(component),
            )
        )
        if candidates[-1].support > 0.97:
            break
    return max(candidates, key=lambda candidate: (candidate.support, candidate.sharp and candidate.alone))


def _largest_component(differs: BoolArray) -> BoolArray:
    """The largest connected part, without threads and with its holes filled."""
    opened = cv2.morphologyEx(differs.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(opened, connectivity=4)
    if count < 2:
        return np.zeros(differs.shape, np.bool_)
    largest = (labels == 1 + np.argmax(stats[1:, cv2.CC_STAT_AREA])).astype(np.uint8)
    contours, _ = cv2.findContours(largest, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return np.asarray(cv2.drawContours(largest, contours, -1, 1, cv2.FILLED) > 0)


def _outline(mask: BoolArray) -> FloatArray:
    """Outermost pixels (n, 2), (row, column), of a mask, where the frame does not cut it off."""
    contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not contours:
        return np.zeros((0, 2))
    points = np.concatenate(contours)[:, 0, ::-1].astype(np.float64)
    return points[((points > 1) & (points < np.array(mask.shape) - 2)).all(axis=1)]


def _grown(circle: Circle) -> Circle:
    """The edge lies half a pixel outside the middle of the outermost pixels."""
    return replace(circle, radius=circle.radius + 0.5)


def _scaled(circle: Circle, scale: tuple[float, float]) -> Circle:
    return replace(
        circle,
        row=(circle.row + 0.5) * scale[0] - 0.5,
        column=(circle.column + 0.5) * scale[1] - 0.5,
        radius=circle.radius * (scale[0] + scale[1]) / 2,
    )


def _box(component: BoolArray, circle: Circle) -> tuple[float, float, float, float]:
    """Straight cut-offs (top, left, bottom, right) of the circle: edges of rows and columns that hold little of it."""
    disc = draw_disc(circle, component.shape)
    sides = []
    for axis in (1, 0):
        have, expected = (component & disc).sum(axis=axis), disc.sum(axis=axis)
        kept = np.flatnonzero((have > 0.5 * expected) & (expected > 0))
        first, last = (int(kept[0]), int(kept[-1]) + 1) if len(kept) else (0, len(have))
        reach = np.flatnonzero(expected)
        # A rim of two pixels that the threshold has nibbled off is no cut-off.
        sides.append((first if first - reach[0] > 3 else 0, last if reach[-1] + 1 - last > 3 else len(have)))
    (top, bottom), (left, right) = sides
    return top, left, bottom, right


def _cut(mask: BoolArray, box: tuple[float, float, float, float], scale: tuple[float, float]) -> BoolArray:
    top, left, bottom, right = box
    kept = np.zeros_like(mask)
    rows = np.s_[round(top * scale[0]) : round(bottom * scale[0])]
    columns = np.s_[round(left * scale[1]) : round(right * scale[1])]
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
