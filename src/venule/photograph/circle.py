"""Fit circles to points with many outliers, and draw them."""

from dataclasses import dataclass

import numpy as np

from venule.photograph.arrays import BoolArray, FloatArray


@dataclass(frozen=True)
class Circle:
    """A circle in an image.

    Attributes:
        row: row of its centre.
        column: column of its centre.
        radius: in pixels.
        support: share of the visible arc that has a point nearby, in [0, 1].
    """

    row: float
    column: float
    radius: float
    support: float


def fit_circle(points: FloatArray, shape: tuple[int, int], *, tolerance: float) -> Circle | None:
    """The circle whose arc is best covered by points (RANSAC; Fischler and Bolles 1981), refined by least squares.

    Args:
        points: (n, 2), (row, column), of an outline, without those at the edge of the image.
        shape: (height, width) of the image.
        tolerance: largest distance of a point from the circle, in pixels.

    Returns:
        None if there is no circle with a diameter of at least a tenth of the shorter side and at most one and a half
        times the longer side of the image.
    """
    if len(points) < 12:
        return None
    points = points[:: max(1, len(points) // 800)].astype(np.float64)
    triples = np.random.default_rng(0).integers(0, len(points), (300, 3))
    circles = _through(points[triples[:, 0]], points[triples[:, 1]], points[triples[:, 2]])
    circles = circles[np.isfinite(circles).all(axis=1)]
    circles = circles[(circles[:, 2] > min(shape) / 20) & (circles[:, 2] < 0.75 * max(shape))]
    if not len(circles):
        return None
    voters = points[:: max(1, len(points) // 300)].astype(np.float32)
    row, column, radius = circles.T.astype(np.float32)
    away = np.sqrt((voters[:, 0, None] - row) ** 2 + (voters[:, 1, None] - column) ** 2)
    best = circles[np.argmax((np.abs(away - radius) < tolerance).sum(axis=0))]
    for _ in range(3):
        near = np.abs(np.hypot(*(points - best[:2]).T) - best[2]) < tolerance
        if near.sum() < 6:
            return None
        best = _least_squares(points[near])
    return Circle(float(best[0]), float(best[1]), float(best[2]), _support(points, best, tolerance))


def draw_disc(circle: Circle, shape: tuple[int, int]) -> BoolArray:
    """Bool (height, width), True where the centre of a pixel is inside the circle."""
    rows, columns = np.ogrid[: shape[0], : shape[1]]
    return np.asarray((columns - circle.column) ** 2 <= circle.radius**2 - (rows - circle.row) ** 2)


def _through(a: FloatArray, b: FloatArray, c: FloatArray) -> FloatArray:
    """Circles (n, 3), (row, column, radius), through three points (n, 2) each; not finite if they are on a line."""
    ab, ac = b - a, c - a
    with np.errstate(divide="ignore", invalid="ignore"):
        twice_area = 2 * (ab[:, 0] * ac[:, 1] - ab[:, 1] * ac[:, 0])
        ab2, ac2 = (ab**2).sum(axis=1), (ac**2).sum(axis=1)
        row = (ac[:, 1] * ab2 - ab[:, 1] * ac2) / twice_area
        column = (ab[:, 0] * ac2 - ac[:, 0] * ab2) / twice_area
    return np.column_stack([a[:, 0] + row, a[:, 1] + column, np.hypot(row, column)])


def _least_squares(points: FloatArray) -> FloatArray:
    """Circle (row, column, radius) by algebraic least squares (Kåsa 1976)."""
    middle = points.mean(axis=0)
    moved = points - middle
    system = np.column_stack([2 * moved, np.ones(len(moved))])
    row, column, rest = np.linalg.lstsq(system, (moved**2).sum(axis=1), rcond=None)[0]
    return np.array([row + middle[0], column + middle[1], np.sqrt(max(0.0, rest + row**2 + column**2))])


def _support(points: FloatArray, circle: FloatArray, tolerance: float) -> float:
    """Share of the arc that has a point nearby. Parts cut off by the frame do not count."""
    angles = np.linspace(0, 2 * np.pi, 360, endpoint=False)
    arc = circle[:2] + circle[2] * np.column_stack([np.sin(angles), np.cos(angles)])
    inside = ((arc > points.min(axis=0) + 1) & (arc < points.max(axis=0) - 1)).all(axis=1)
    offsets = points - circle[:2]
    near = np.abs(np.hypot(*offsets.T) - circle[2]) < tolerance
    covered = np.zeros(360, np.bool_)
    degrees = np.rint(np.degrees(np.arctan2(offsets[near, 0], offsets[near, 1]))).astype(int)
    for step in (-1, 0, 1):
        covered[(degrees + step) % 360] = True
    return float(covered[inside].mean()) if inside.sum() > 20 else 0.0
