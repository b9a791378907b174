"""Vessels of exactly known geometry, drawn as a perfect camera would: each pixel the share of it that is vessel."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from venule.datasets.phantoms.vessels import Segment, sweep
from venule.measurement import VesselGraph
from venule.measurement.fractal import fractal_dimensions
from venule.measurement.junctions import junctions
from venule.measurement.make_graph import make_graph
from venule.measurement.plane import Plane
from venule.photograph.arrays import BoolArray, FloatArray
from venule.vessel_map import VesselMap

SIZE = 400
Course = Callable[[FloatArray], tuple[Any, Any]]


def vessel_map(coverage: FloatArray | BoolArray, *, fov: BoolArray | None = None, threshold: float = 0.5) -> VesselMap:
    """A vessel map that says just this; without a field of view, it is the whole frame."""
    shares = np.asarray(coverage, np.float32)
    fov = np.ones(shares.shape, np.bool_) if fov is None else fov
    return VesselMap(
        probability=np.where(fov, shares, 0).astype(np.float32),
        vessels=(shares >= threshold) & fov,
        fov=fov,
        threshold=threshold,
        fov_diameter=float(max(shares.shape)),
        model="",
        image=np.zeros((*shares.shape, 3), np.uint8),
    )


def drawn(
    lines: Sequence[FloatArray], widths: float | Sequence[float], *, size: int = SIZE, binary: bool = False
) -> VesselMap:
    """Vessels along centrelines, (row, column) points, of constant widths, with round ends."""
    segments = [
        Segment("vein", np.asarray(line, np.float64), np.full(len(line), float(width)), -1)
        for line, width in zip(lines, np.broadcast_to(widths, len(lines)), strict=True)
    ]
    coverage = np.clip(0.5 - sweep(segments, (size, size), reach=2.0).depth, 0, 1)
    return vessel_map(coverage >= 0.5 if binary else coverage)


def curve(along: Course, start: float, end: float, *, points: int = 2000) -> FloatArray:
    """A centreline from a function of a parameter, which gives row and column."""
    return np.column_stack(np.broadcast_arrays(*along(np.linspace(start, end, points))))


def straight(centre: tuple[float, float], degrees: float, length: float) -> FloatArray:
    """A straight centreline through a centre; 0 degrees runs along the columns."""
    angle = math.radians(degrees)
    step = np.array([math.sin(angle), math.cos(angle)]) * length / 2
    return np.array([np.asarray(centre) - step, np.asarray(centre) + step])


def ray(degrees: float, *, length: float = 150.0, start: tuple[float, float] = (200.3, 199.6)) -> FloatArray:
    """A straight centreline that leaves a place."""
    angle = math.radians(degrees)
    return np.array([start, (start[0] + length * math.sin(angle), start[1] + length * math.cos(angle))])


def graph_of(found: VesselMap) -> VesselGraph:
    """The graph of a vessel map."""
    return make_graph(Plane.of(found))


def length_of(line: FloatArray) -> float:
    """Length of a centreline."""
    return float(np.linalg.norm(np.diff(line, axis=0), axis=1).sum())


def koch(depth: int) -> BoolArray:
    """The Koch curve, drawn a pixel wide; its dimension is log 4 / log 3."""
    points = np.array([0, 1], np.complex128)
    for _ in range(depth):
        start, third = points[:-1], np.diff(points) / 3
        peak = start + third + third * np.exp(1j * np.pi / 3)
        points = np.append(np.column_stack([start, start + third, peak, start + 2 * third]).ravel(), points[-1])
    return lines_in_frame(points)


def lines_in_frame(points: "np.ndarray[Any, np.dtype[np.complex128]]", *, size: int = 1000) -> BoolArray:
    """A polygon of complex numbers with real parts from 0 to 1, drawn a pixel wide."""
    frame = np.zeros((size, size), np.bool_)
    places = (0.9 * points + 0.05 + 0.3j) * size
    for start, step in zip(places, np.diff(places), strict=False):
        along = start + step * np.linspace(0, 1, int(2 * abs(step)) + 2)
        frame[np.rint(along.imag).astype(int), np.rint(along.real).astype(int)] = True
    return frame


def carpet(depth: int) -> BoolArray:
    """Sierpinski's carpet; its dimension is log 8 / log 3."""
    frame = np.ones((1, 1), np.bool_)
    for _ in range(depth):
        frame = np.kron(frame, np.array([[1, 1, 1], [1, 0, 1], [1, 1, 1]], np.bool_))
    return frame


def gasket(size: int) -> BoolArray:
    """Sierpinski's gasket, by the bits of rows and columns; its dimension is log 3 / log 2."""
    number = np.arange(size)
    return np.asarray((number[:, None] & number) == 0)


def tree(dimension: float, *, depth: int = 14) -> BoolArray:
    """A tree whose branches end in two at right angles, 2^(-1/d) times as long; its dimension is d, between 1 and 2."""
    ratio = 2 ** (-1 / dimension)

    def walk(start: complex, step: complex, levels: int) -> list[complex]:
        """Along a branch, round all that grows from it, and back."""
        end = start + step
        above = [walk(end, side * ratio * step, levels - 1) for side in (1j, -1j)] if levels else [[end]]
        return [start, *(place for branch in above for place in branch), start]

    width = 2 * ratio / (1 - ratio**2)
    return lines_in_frame(np.array(walk(0.5, 1j / width, depth)))


FRACTALS: dict[str, tuple[Callable[[], BoolArray], float]] = {
    "line": (lambda: lines_in_frame(np.array([0, 1], np.complex128)), 1.0),
    "koch": (lambda: koch(6), math.log(4) / math.log(3)),
    "gasket": (lambda: gasket(1024), math.log(3) / math.log(2)),
    "tree": (lambda: tree(1.7), 1.7),
    "carpet": (lambda: carpet(6), math.log(8) / math.log(3)),
    "plane": (lambda: np.ones((800, 800), np.bool_), 2.0),
}


def _wave(height: float, turns: float) -> Course:
    return lambda t: (200 + height * np.sin(2 * math.pi * turns * t), 40 + 320 * t)


def _circle(radius: float) -> Course:
    return lambda t: (200 + radius * np.sin(t), 200 + radius * np.cos(t))


@dataclass(frozen=True)
class ShapeError:
    """The errors of one measurement over shapes of known geometry.

    Attributes:
        measurement: what was measured.
        shapes: of what.
        errors: of each, in the unit of the tolerance.
        tolerance: largest error that is allowed.
        unit: "px", "%", "degrees" or "".
    """

    measurement: str
    shapes: str
    errors: tuple[float, ...]
    tolerance: float
    unit: str

    @property
    def worst(self) -> float:
        """The largest error, its sign left out."""
        return float(np.max(np.abs(self.errors)))

    @property
    def holds(self) -> bool:
        """Whether no error exceeds the tolerance."""
        return self.worst <= self.tolerance


def measure_shapes() -> list[ShapeError]:
    """Lines, circles, sinusoids, branchings and fractals at several widths, turns and offsets."""
    turns, widths = (0, 8, 22, 36, 45, 52, 68, 81, 90), (3.0, 4.0, 5.3, 9.0, 16.0)
    places = [(w, straight((200 + o, 200), d, 300)) for w in widths for d in turns for o in (0.1, 0.4)]
    lines = [(w, graph_of(drawn([line], w))) for w, line in places]
    rasters = [graph_of(drawn([line], w, binary=True)).segments[0].mean_calibre - w for w, line in places]
    waves = []
    for height in (12, 30):
        for number in (0.5, 1, 2):
            line = curve(_wave(height, number), 0, 1)
            waves += [(line, graph_of(drawn([line], width)).segments[0]) for width in (3, 5, 9)]
    rounds = [(r, curve(_circle(r), 0, 2 * math.pi)) for r in (20, 60, 150)]
    circles = [(r, graph_of(drawn([line], w))) for r, line in rounds for w in (3, 6, 10)]
    forks = []
    for width in (3, 6, 10):
        for angle in (40, 70, 100, 180):
            for tilt in (0, 20, 50):
                arms = [ray(180 + tilt), ray(tilt + angle / 2), ray(tilt - angle / 2)]
                found = junctions(graph_of(drawn(arms, [width, 0.8 * width, 0.8 * width])))
                forks += [junction.angle - angle for junction in found]
    made = {name: (make(), truth) for name, (make, truth) in FRACTALS.items()}
    dimensions = [fractal_dimensions(frame, diameter=frame.shape[0]).box - truth for frame, truth in made.values()]

    def relative(value: float, truth: float) -> float:
        return 100 * (value / truth - 1)

    return [
        ShapeError("calibre", "straight lines", tuple(g.segments[0].mean_calibre - w for w, g in lines), 0.3, "px"),
        ShapeError("calibre", "straight lines, binary drawing", tuple(rasters), 0.3, "px"),
        ShapeError("length", "straight lines", tuple(relative(g.length, 300) for _, g in lines), 2, "%"),
        ShapeError("length", "circles", tuple(relative(g.length, 2 * math.pi * r) for r, g in circles), 2, "%"),
        ShapeError(
            "distance tortuosity", "sinusoids",
            tuple(relative(s.length / s.chord, length_of(w) / math.dist(w[0], w[-1])) for w, s in waves), 3, "%",
        ),
        ShapeError("angle", "branchings", tuple(forks), 5, "degrees"),
        ShapeError("box-counting dimension", ", ".join(FRACTALS), tuple(dimensions), 0.05, ""),
    ]  # fmt: skip
