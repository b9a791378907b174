"""Fit circles and ellipses to points with many outliers, and draw them."""

from dataclasses import dataclass

import numpy as np

from venule.photograph.arrays import BoolArray, FloatArray


@dataclass(frozen=True)
class Circle:
    """A circle in an image, or the ellipse that it becomes if the image is resized to other proportions.

    Attributes:
        row: row of its centre.
        column: column of its centre.
        radius: in pixels, along a row.
        support: share of the visible arc that has a point nearby, in [0, 1].
        stretch: height over width; 1 for a circle.
    """

    row: float
    column: float
    radius: float
    support: float
    stretch: float = 1.0


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


def fit_ellipse(points: FloatArray, shape: tuple[int, int], *, tolerance: float) -> Circle | None:
    """The ellipse with axes along rows and columns whose arc is best covered by points; arguments as for `fit_circle`.

    Returns:
        None if there is none, or one axis is more than three times the other.
    """
    if len(points) < 16:
        return None
    points = points[:: max(1, len(points) // 800)].astype(np.float64)
    middle, size = points.mean(axis=0), float(max(shape))
    rows, columns = ((points - middle) / size).T
    system, known = np.column_stack([rows**2, columns, rows, np.ones(len(rows))]), -(columns**2)
    chosen = np.random.default_rng(0).integers(0, len(points), (500, 4))
    chosen = chosen[np.abs(np.linalg.det(system[chosen])) > 1e-9]
    ellipses = _ellipses(np.linalg.solve(system[chosen], known[chosen][..., None])[..., 0])
    ellipses = ellipses[(ellipses[:, 2] > 0.05) & (ellipses[:, 2] < 1) & (np.abs(np.log(ellipses[:, 3])) < np.log(3))]
    if not len(ellipses):
        return None
    voters = slice(None, None, max(1, len(points) // 300))
    votes = [np.sum(_away(rows[voters], columns[voters], ellipse) < tolerance / size) for ellipse in ellipses]
    best = ellipses[int(np.argmax(votes))]
    for _ in range(3):
        near = _away(rows, columns, best) < tolerance / size
        if near.sum() < 8:
            return None
        best = _ellipses(np.linalg.lstsq(system[near], known[near], rcond=None)[0][None])[0]
        if not np.isfinite(best).all():
            return None
    row, column, radius = best[:3] * size + [*middle, 0.0]
    flat = np.array([1 / best[3], 1.0])  # makes a circle of the ellipse
    support = _support(points * flat, np.array([row / best[3], column, radius]), tolerance)
    return Circle(float(row), float(column), float(radius), support, float(best[3]))


def draw_disc(circle: Circle, shape: tuple[int, int]) -> BoolArray:
    """Bool (height, width), True where the centre of a pixel is inside the circle."""
    rows, columns = np.ogrid[: shape[0], : shape[1]]
    return np.asarray((columns - circle.column) ** 2 <= circle.radius**2 - ((rows - circle.row) / circle.stretch) ** 2)


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


def _ellipses(conics: FloatArray) -> FloatArray:
    """Ellipses (n, 4), (row, column, radius, stretch), of x^2 + a y^2 + b x + c y + d = 0; not finite if it is none."""
    with np.errstate(divide="ignore", invalid="ignore"):
        a, b, c, d = conics.T
        row, column = -c / (2 * a), -b / 2
        return np.column_stack([row, column, np.sqrt(column**2 + a * row**2 - d), 1 / np.sqrt(a)])


def away_from(circle: Circle, points: FloatArray) -> FloatArray:
    """Distance of points (n, 2) from a circle, or, to first order, from an ellipse."""
    return _away(points[:, 0], points[:, 1], np.array([circle.row, circle.column, circle.radius, circle.stretch]))


def _away(rows: FloatArray, columns: FloatArray, ellipse: FloatArray) -> FloatArray:
    """Distance of points from an ellipse, to first order."""
    row, column, radius, stretch = ellipse
    across, down = columns - column, (rows - row) / stretch
    out = np.hypot(across, down)
    return np.asarray(np.abs(out - radius) * out / np.maximum(np.hypot(across, down / stretch), 1e-9))


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
