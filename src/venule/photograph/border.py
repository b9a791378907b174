"""Separate the retina from the border of a photograph."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from venule.photograph.arrays import BoolArray, FloatArray, ImageArray
from venule.photograph.circle import Circle, draw_disc, fit_circle

TOLERANCE = 1.5  # largest distance between outline and circle, in pixels
_LEVELS = (0.15, 0.1, 0.25, 0.06, 0.4)  # between the colours of border and retina; the most likely first
_ENOUGH = 0.97  # fit of a circle that is good enough to stop
_SMALLEST_SHARE = 0.04  # of the frame; a smaller component may be a letter or a logo
_WINDOW = np.ones((7, 7), np.uint8)  # for measuring a step
# The step at the outline divided by the unevenness of the border: at least 13 on DRIVE, CHASE_DB1 and HRF, even if
# dark, blurred or compressed as JPEG of quality 10; at most 2.4 on parts of the same retinas without a border.
_STEP_OVER_WAVES = 2.8
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
    """

    component: BoolArray
    bordered: bool
    sharp: bool
    circle: Circle | None = None
    fit: float = 0.0


def cut_out(small: ImageArray) -> Cutout:
    """Cut out the part of a small copy that differs from the border, at the threshold that fits a circle best.

    Low thresholds keep dark rims; high ones tolerate glare and JPEG noise in the border. The outline decides.
    """
    distance = _distance_from_border(small)
    sample = distance[::2, ::2]
    brightness = float(np.median(sample[sample >= 0.2 * np.percentile(sample, 99)]))
    steps = cv2.dilate(distance, _WINDOW) - cv2.erode(distance, _WINDOW)
    cutouts = []
    for level in _LEVELS:
        cutouts.append(_cut_out_at(max(level * brightness, 4), distance, steps, brightness))
        if cutouts[-1].fit > _ENOUGH:
            break
    best = max(cutouts, key=lambda cutout: (cutout.fit, cutout.sharp))
    return best if best.circle is None else replace(best, circle=_at_the_edge(best.circle, best.component, distance))


def outline(mask: BoolArray) -> FloatArray:
    """Outermost pixels (n, 2), (row, column), of a mask, except at the edge of the frame."""
    contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not contours:
        return np.zeros((0, 2))
    points = np.concatenate(contours)[:, 0, ::-1].astype(np.float64)
    return np.asarray(points[((points > 1) & (points < np.array(mask.shape) - 2)).all(axis=1)])


def circle_around(points: FloatArray, shape: tuple[int, int], *, tolerance: float) -> Circle | None:
    """The circle of an outline: half a pixel outside the middle of the outermost pixels."""
    circle = fit_circle(points, shape, tolerance=tolerance)
    return None if circle is None else replace(circle, radius=circle.radius + 0.5)


def brightest_channel(image: ImageArray) -> NDArray[np.uint8]:
    """The largest of the three channels, uint8 (height, width)."""
    red, green, blue = cv2.split(image)
    return np.asarray(cv2.max(cv2.max(red, green), blue), np.uint8)


def _distance_from_border(small: ImageArray) -> FloatArray:
    """Difference of each pixel from the common colour of the corners, in the channel where it is largest."""
    side = max(4, round(0.03 * min(small.shape[:2])))
    first, last = np.s_[:side], np.s_[-side:]
    corners = [small[rows, columns] for rows in (first, last) for columns in (first, last)]
    colours = np.array([np.median(corner.reshape(-1, 3), axis=0) for corner in corners])
    agree = np.abs(colours[:, None] - colours).max(axis=2) < 16
    chosen = max(range(4), key=lambda corner: (agree[corner].sum(), -colours[corner].sum()))
    colour = np.append(np.floor(np.median(colours[agree[chosen]], axis=0)), 0.0)  # OpenCV needs four values
    return brightest_channel(np.asarray(cv2.absdiff(small, colour), np.uint8)).astype(np.float32)


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
    if not bordered:
        return cutout
    circle = circle_around(points, differs.shape, tolerance=TOLERANCE)
    if circle is None:
        return cutout
    disc = draw_disc(circle, differs.shape)
    shared = np.count_nonzero(component & disc)
    agrees = shared > 0.95 * np.count_nonzero(component) and shared > 0.6 * np.count_nonzero(disc)
    return replace(cutout, circle=circle, fit=circle.support if agrees else 0.0)


def _at_the_edge(circle: Circle, component: BoolArray, distance: FloatArray) -> Circle:
    """Move the radius to where the edge has a third of the height of the retina beside it.

    The masks of DRIVE and HRF use about a third: they include most of a soft edge.
    """
    reach = 10
    angles = np.linspace(0, 2 * np.pi, 360, endpoint=False)[:, None]
    radii = circle.radius + np.arange(-reach, reach + 1)
    rows, columns = circle.row + radii * np.sin(angles), circle.column + radii * np.cos(angles)
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
