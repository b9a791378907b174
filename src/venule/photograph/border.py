"""Separate the retina from the border of a photograph."""

from dataclasses import dataclass, field, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from venule.photograph.arrays import BoolArray, FloatArray, ImageArray
from venule.photograph.circle import Circle, away_from, draw_disc, fit_circle, fit_ellipse

TOLERANCE = 1.5  # largest distance between outline and circle, in pixels
_LEVELS = (0.15, 0.1, 0.25, 0.06, 0.4)  # between the colours of border and retina; the most likely first
_ENOUGH = 0.97  # fit of a circle that is good enough to stop
_SMALLEST_SHARE = 0.04  # of the frame; a smaller component may be a letter or a logo
_WINDOW = np.ones((7, 7), np.uint8)  # for measuring a step
# The step at the outline divided by the unevenness of the border: at least 13 on DRIVE, CHASE_DB1 and HRF, even if
# dark, blurred or compressed as JPEG of quality 10; at most 2.4 on parts of the same retinas without a border.
_STEP_OVER_WAVES = 2.8
_ON_CIRCLE = 0.9  # share of an outline within two thirds of the tolerance of a circle; no ellipse is looked for above
_BETTER = 1.3  # as many points on the ellipse as on the circle: squashed copies 1.34 or more, true circles up to 1.05
_SQUASHED = 0.02  # relative difference of the axes; smaller ones could be that of a camera's lens
# Of a photograph minus its blurred copy: sigma of the local mean, in pixels of the small copy, and how far it may be
# from 128: the median, and the 90th percentile without and with colour. In other photographs in colour, blue alone is
# 35 or more away; without colour, the 90th percentile is 13 or more.
_SPECK = 0.01  # of the frame
_WIDE, _TINY, _GREY_MEDIAN, _GREY_MOST = 40.0, 8, 14.0, (6.0, 20.0)
_ABOVE_GREY, _TEXTURE = (3, 6, 12, 25, 50), 25  # grey levels above the border; pixels of retina that may be grey
_SHARP_STEP, _FLAT_WAVES = 0.3, 0.06  # both relative to the brightness; in the same data sets, waves are at most 0.036


@dataclass(frozen=True)
class Cutout:
    """The part of a photograph that differs from the border by more than a threshold.

    Attributes:
        component: bool (height, width), the largest connected part, without holes.
        bordered: whether its surroundings are a border, and not a darker part of the retina.
        sharp: whether the border is so flat, and the step so high, that an outline of any shape is reliable.
        circle: the circle of its outline, if there is one.
        fit: support of the circle; 0 if the circle does not match the component.
        border: colour of the border.
    """

    component: BoolArray
    bordered: bool
    sharp: bool
    circle: Circle | None = None
    fit: float = 0.0
    border: FloatArray = field(default_factory=lambda: np.zeros(3))


def cut_out(small: ImageArray) -> Cutout:
    """Cut out the part of a small copy that differs from the border, at the threshold that fits a circle best.

    Low thresholds keep dark rims; high ones tolerate glare and JPEG noise in the border. The outline decides.
    """
    colour = _border_colour(small)
    distance = brightest_channel(np.asarray(cv2.absdiff(small, colour), np.uint8)).astype(np.float32)
    sample = distance[::2, ::2]
    brightness = float(np.median(sample[sample >= 0.2 * np.percentile(sample, 99)]))
    steps = cv2.dilate(distance, _WINDOW) - cv2.erode(distance, _WINDOW)
    cutouts = []
    for level in _LEVELS:
        cutouts.append(_cut_out_at(max(level * brightness, 4), distance, steps, brightness))
        if cutouts[-1].fit > _ENOUGH:
            break
    best = max(cutouts, key=lambda cutout: (cutout.fit, cutout.sharp))
    circle = None if best.circle is None else _at_the_edge(best.circle, best.component, distance)
    return replace(best, circle=circle, border=colour[:3])


def outline(mask: BoolArray) -> FloatArray:
    """Outermost pixels (n, 2), (row, column), of a mask, except at the edge of the frame."""
    contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not contours:
        return np.zeros((0, 2))
    points = np.concatenate(contours)[:, 0, ::-1].astype(np.float64)
    return np.asarray(points[((points > 1) & (points < np.array(mask.shape) - 2)).all(axis=1)])


def circle_around(points: FloatArray, shape: tuple[int, int], *, tolerance: float) -> Circle | None:
    """The circle of an outline, or an ellipse that fits much better: half a pixel outside the outermost pixels."""
    circle = fit_circle(points, shape, tolerance=tolerance)
    on_circle = _share_near(points, circle, tolerance / 1.5)
    if on_circle < _ON_CIRCLE:
        ellipse = fit_ellipse(points, shape, tolerance=tolerance)
        if (
            ellipse is not None
            and abs(ellipse.stretch - 1) > _SQUASHED
            and _share_near(points, ellipse, tolerance / 1.5) > _BETTER * on_circle
        ):
            circle = ellipse
    return None if circle is None else replace(circle, radius=circle.radius + 0.5)


def _share_near(points: FloatArray, circle: Circle | None, tolerance: float) -> float:
    return 0.0 if circle is None else float(np.mean(away_from(circle, points) < tolerance))


def cut_out_high_pass(small: ImageArray) -> Cutout | None:
    """Cut out the retina of a photograph from which a blurred copy was subtracted; None for any other.

    Such preprocessing (4 x photograph - 4 x blurred + 128; Graham 2015, for Kaggle's diabetic retinopathy) leaves grey
    of 128 and a ring on either side of the outline: bright inside, dark outside.
    """
    tiny = cv2.resize(small, None, fx=1 / _TINY, fy=1 / _TINY, interpolation=cv2.INTER_AREA)
    local = cv2.GaussianBlur(tiny, (0, 0), _WIDE / _TINY)
    off = np.abs(local.astype(np.int16) - 128)
    coloured = np.ptp(tiny, axis=2).mean() > 2
    if (np.median(off, axis=(0, 1)) > _GREY_MEDIAN).any() or np.percentile(off, 90) > _GREY_MOST[int(coloured)]:
        return None
    bright = cv2.medianBlur(brightest_channel(np.asarray(cv2.subtract(small, _border_colour(small)), np.uint8)), 5)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (_TEXTURE, _TEXTURE))
    cutouts = []
    for above in _ABOVE_GREY:
        joined = cv2.morphologyEx((np.asarray(bright) > above).astype(np.uint8), cv2.MORPH_CLOSE, kernel)
        cutouts.append(_with_circle(Cutout(_hull(joined), bordered=True, sharp=False)))
    return max(cutouts, key=lambda cutout: cutout.fit)


def brightest_channel(image: ImageArray) -> NDArray[np.uint8]:
    """The largest of the three channels, uint8 (height, width)."""
    red, green, blue = cv2.split(image)
    return np.asarray(cv2.max(cv2.max(red, green), blue), np.uint8)


def _border_colour(small: ImageArray) -> FloatArray:
    """The common colour of the corners, with a fourth value, which OpenCV needs."""
    side = max(4, round(0.03 * min(small.shape[:2])))
    first, last = np.s_[:side], np.s_[-side:]
    corners = [small[rows, columns] for rows in (first, last) for columns in (first, last)]
    colours = np.array([np.median(corner.reshape(-1, 3), axis=0) for corner in corners])
    agree = np.abs(colours[:, None] - colours).max(axis=2) < 16
    chosen = max(range(4), key=lambda corner: (agree[corner].sum(), -colours[corner].sum()))
    return np.append(np.floor(np.median(colours[agree[chosen]], axis=0)), 0.0)


def _cut_out_at(threshold: float, distance: FloatArray, steps: FloatArray, brightness: float) -> Cutout:
    differs = distance > threshold
    component = _largest_component(differs)
    points = outline(component)
    step, waves = _step(points, steps), _waves(component, steps)
    alone = bool(np.count_nonzero(differs & ~component) < 0.1 * np.count_nonzero(component))
    large = bool(component.mean() > _SMALLEST_SHARE)
    bordered = alone and large and step > max(0.05 * brightness, _STEP_OVER_WAVES * waves)
    sharp = bordered and step > _SHARP_STEP * brightness and waves < _FLAT_WAVES * brightness
    cutout = Cutout(component, bordered=bordered, sharp=sharp)
    return _with_circle(cutout) if bordered else cutout


def _with_circle(cutout: Cutout) -> Cutout:
    component = cutout.component
    circle = circle_around(outline(component), component.shape, tolerance=TOLERANCE)
    if circle is None:
        return cutout
    if circle.stretch != 1 and _fills_its_box(component):  # an ellipse could be found in a rectangle
        return cutout
    disc = draw_disc(circle, component.shape)
    shared = np.count_nonzero(component & disc)
    agrees = shared > 0.95 * np.count_nonzero(component) and shared > 0.6 * np.count_nonzero(disc)
    return replace(cutout, circle=circle, fit=circle.support if agrees else 0.0)


def _hull(parts: NDArray[Any]) -> BoolArray:
    """The convex hull of the parts of a mask that are no specks: the frame may cut the ring of a retina in two."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(parts, connectivity=4)
    large = np.flatnonzero(stats[1:, cv2.CC_STAT_AREA] > _SPECK * parts.size) + 1
    rows, columns = np.nonzero(np.isin(labels, large))
    hull = np.zeros(parts.shape, np.uint8)
    if len(rows):
        cv2.fillConvexPoly(hull, cv2.convexHull(np.column_stack([columns, rows]).astype(np.int32)), 1)
    return np.asarray(hull > 0)


def _fills_its_box(component: BoolArray) -> bool:
    rows, columns = np.flatnonzero(component.any(axis=1)), np.flatnonzero(component.any(axis=0))
    return bool(np.count_nonzero(component) > 0.985 * (np.ptp(rows) + 1) * (np.ptp(columns) + 1))


def _at_the_edge(circle: Circle, component: BoolArray, distance: FloatArray) -> Circle:
    """Move the radius to where the edge has a third of the height of the retina beside it.

    The masks of DRIVE and HRF use about a third: they include most of a soft edge.
    """
    reach = 10
    angles = np.linspace(0, 2 * np.pi, 360, endpoint=False)[:, None]
    radii = circle.radius + np.arange(-reach, reach + 1)
    rows, columns = circle.row + circle.stretch * radii * np.sin(angles), circle.column + radii * np.cos(angles)
    seen = ((rows >= 0) & (rows <= distance.shape[0] - 1) & (columns >= 0) & (columns <= distance.shape[1] - 1)).all(
        axis=1
    )
    rows, columns = rows[seen], columns[seen]
    shown = component[rows[:, reach // 2].astype(int), columns[:, reach // 2].astype(int)]  # not beside a straight cut
    if np.count_nonzero(shown) < 20:
        return circle
    x, y = columns[shown].astype(np.float32), rows[shown].astype(np.float32)
    around = cv2.remap(distance, x, y, cv2.INTER_LINEAR)
    profile = np.median(around, axis=0)
    height = (np.median(profile[:4]) + 2 * np.median(profile[-4:])) / 3
    below = np.flatnonzero(profile < height)
    if not len(below) or below[0] == 0:
        return circle
    last = int(below[0]) - 1  # the last radius that is still retina
    radius = radii[last] + (profile[last] - height) / (profile[last] - profile[last + 1])
    return replace(circle, radius=float(radius))


def _step(points: FloatArray, steps: FloatArray) -> float:
    return float(np.median(steps[tuple(points.astype(int).T)])) if len(points) else 0.0


def _waves(component: BoolArray, steps: FloatArray) -> float:
    """Unevenness of the area away from the component; infinite if there is almost none."""
    far = cv2.erode((~component).astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    return float(np.median(steps[far])) if far.mean() > 0.002 else np.inf


def _largest_component(differs: BoolArray) -> BoolArray:
    """The largest connected part, without thin threads and holes."""
    opened = cv2.morphologyEx(differs.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(opened, connectivity=4)
    if count < 2:
        return np.zeros(differs.shape, np.bool_)
    largest = (labels == 1 + np.argmax(stats[1:, cv2.CC_STAT_AREA])).astype(np.uint8)
    contours, _ = cv2.findContours(largest, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return np.asarray(cv2.drawContours(largest, contours, -1, 1, cv2.FILLED) > 0)
