"""What stands out from the border of a photograph."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from venule.photograph.arrays import BoolArray, FloatArray, ImageArray
from venule.photograph.circle import Circle, draw_disc, fit_circle

TOLERANCE = 1.5  # pixels that an outline may lie off its circle
_LEVELS = (0.15, 0.1, 0.25, 0.06, 0.4)  # of the way from the border's colour to the retina's; likeliest first
_ENOUGH = 0.97  # fit of a circle at which no further level is tried
_SMALLEST_SHARE = 0.04  # of the frame; a smaller component is a letter or a logo
_WINDOW = np.ones((7, 7), np.uint8)  # in which a step is measured
# The step at the outline over the unevenness of the border: 13 and more on DRIVE, CHASE_DB1 and HRF, also dark, blurred
# or as JPEG of quality 10; 2.4 and less on cut-outs of the same retinas without a border.
_STEP_OVER_WAVES = 2.8
_SHARP_STEP, _FLAT_WAVES = 0.3, 0.06  # both as a share of the brightness; waves of the same sets: 0.036 and less


@dataclass(frozen=True)
class Cutout:
    """What one threshold against the colour of the border cuts out.

    Attributes:
        component: bool (height, width), the largest connected part, without holes.
        bordered: whether what surrounds it is a border, and not a darker part of a retina.
        sharp: whether that border is so flat, and the step to it so high, that an outline of any shape can be trusted.
        circle: of its outline, where there is one.
        fit: support of the circle; 0 where the circle does not agree with the component.
    """

    component: BoolArray
    bordered: bool
    sharp: bool
    circle: Circle | None = None
    fit: float = 0.0


def cut_out(small: ImageArray) -> Cutout:
    """Cut out what differs from the border, at the threshold whose outline fits a circle best.

    Low thresholds keep dark rims, high ones stand glare and JPEG noise in the border: which is right, the outline says.

    Args:
        small: uint8 (height, width, 3) RGB, about 512 pixels wide.
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
    """Outermost pixels (n, 2), (row, column), of a mask, where the frame does not cut it off."""
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
    """How far each pixel is from the colour of the corners that agree: the largest difference of a channel."""
    side = max(4, round(0.03 * min(small.shape[:2])))
    first, last = np.s_[:side], np.s_[-side:]
    corners = [small[rows, columns] for rows in (first, last) for columns in (first, last)]
    colours = np.array([np.median(corner.reshape(-1, 3), axis=0) for corner in corners])
    agree = np.abs(colours[:, None] - colours).max(axis=2) < 16
    chosen = max(range(4), key=lambda corner: (agree[corner].sum(), -colours[corner].sum()))
    colour = np.append(np.floor(np.median(colours[agree[chosen]], axis=0)), 0.0)  # a scalar of four, as OpenCV has it
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
    """Move the radius to where the edge is a third as high as the retina beside it, wherever the threshold cut it.

    A third, as the masks of DRIVE and HRF have it: they take in most of a soft edge.
    """
    reach = 10
    angles = np.linspace(0, 2 * np.pi, 360, endpoint=False)[:, None]
    radii = circle.radius + np.arange(-reach, reach + 1)
    rows, columns = circle.row + radii * np.sin(angles), circle.column + radii * np.cos(angles)
    seen = ((rows >= 0) & (rows <= distance.shape[0] - 1) & (columns >= 0) & (columns <= distance.shape[1] - 1)).all(
        axis=1
    )
    rows, columns = rows[seen], columns[seen]
    shown = component[rows[:, reach // 2].astype(int), columns[:, reach // 2].astype(int)]  # beside no straight cut-off
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
    """Unevenness of what lies clear of the component; infinite where nearly nothing does."""
    far = cv2.erode((~component).astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    return float(np.median(steps[far])) if far.mean() > 0.002 else np.inf


def _largest_component(differs: BoolArray) -> BoolArray:
    """The largest connected part, without threads and with its holes filled."""
    opened = cv2.morphologyEx(differs.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(opened, connectivity=4)
    if count < 2:
        return np.zeros(differs.shape, np.bool_)
    largest = (labels == 1 + np.argmax(stats[1:, cv2.CC_STAT_AREA])).astype(np.uint8)
    contours, _ = cv2.findContours(largest, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return np.asarray(cv2.drawContours(largest, contours, -1, 1, cv2.FILLED) > 0)
