"""Vessels of exactly known geometry, drawn as a perfect camera would: each pixel the share of it that is vessel."""

from collections.abc import Callable, Sequence

import numpy as np

from venule.datasets.phantoms.drawing import sweep
from venule.datasets.phantoms.segment import Segment
from venule.vessels import VesselMap

SIZE = 400


def vessel_map(coverage, *, fov=None, threshold=0.5):
    """A vessel map that says just this; the field of view is the whole frame."""
    coverage = np.asarray(coverage, np.float32)
    fov = np.ones(coverage.shape, bool) if fov is None else fov
    return VesselMap(
        probability=np.where(fov, coverage, 0).astype(np.float32),
        vessels=(coverage >= threshold) & fov,
        fov=fov,
        threshold=threshold,
        fov_diameter=float(max(coverage.shape)),
        model="",
        image=np.zeros((*coverage.shape, 3), np.uint8),
    )


def drawn(lines: Sequence, widths, *, size=SIZE, binary=False):
    """Vessels along centrelines, (row, column) points, of constant widths, with round ends."""
    widths = np.broadcast_to(widths, len(lines))
    segments = [
        Segment("vein", np.asarray(line, float), np.full(len(line), float(width)), -1)
        for line, width in zip(lines, widths, strict=True)
    ]
    coverage = np.clip(0.5 - sweep(segments, (size, size), reach=2.0).depth, 0, 1)
    return vessel_map(coverage >= 0.5 if binary else coverage)


def curve(along: Callable, start: float, end: float, *, points: int = 2000):
    """A centreline from a function of a parameter, which gives row and column."""
    t = np.linspace(start, end, points)
    return np.column_stack(np.broadcast_arrays(*along(t)))


def straight(centre, degrees, length):
    """A straight centreline through a centre; 0 degrees runs along the columns."""
    angle = np.radians(degrees)
    step = np.array([np.sin(angle), np.cos(angle)]) * length / 2
    return np.array([np.asarray(centre) - step, np.asarray(centre) + step])
