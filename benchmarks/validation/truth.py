"""What a phantom's measurements are exactly: measured on its own centrelines and calibres, not on pixels."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from venule.datasets.phantoms import Phantom
from venule.datasets.phantoms.vessels import Kind, Segment
from venule.measurement import Node, VesselGraph, VesselSegment
from venule.measurement.centreline import resample
from venule.measurement.eye import Eye
from venule.measurement.plane import Plane
from venule.photograph.arrays import BoolArray, FloatArray
from venule.vessel_map import Disc, Fovea, VesselMap

NodeKey = tuple[str, int]
CHUNK = 512  # steps of arteries that are compared with all steps of veins at a time


def drawn_map(phantom: Phantom) -> VesselMap:
    """The exact drawing of a phantom, as a vessel map."""
    return VesselMap.from_mask(phantom.vessels, phantom.photograph)


def exact_eye(phantom: Phantom) -> Eye:
    """A phantom as an eye that was found without any error; its field of view must be 1,536 pixels across or less.

    The graph has the branchings of the trees, their ends, and every place where an artery and a vein cross. Areas are
    those of the exact drawing.
    """
    plane = Plane.of(drawn_map(phantom))
    disc = Disc(_on_plane(phantom.disc_centre, plane), phantom.disc_diameter, 1.0)
    fovea = Fovea(_on_plane(phantom.fovea, plane), 1.0)
    return Eye(plane, exact_graph(phantom.segments, plane), disc, fovea)


def exact_graph(segments: tuple[Segment, ...], plane: Plane) -> VesselGraph:
    """The graph of vessels, in pixels of the plane."""
    cuts = _crossings(dict(enumerate(segments)))
    keys: dict[NodeKey, int] = {}
    places: list[tuple[float, float]] = []
    made: list[VesselSegment] = []

    def node(key: NodeKey, place: FloatArray) -> int:
        if key not in keys:
            keys[key] = len(keys)
            places.append(_on_plane((float(place[0]), float(place[1])), plane))
        return keys[key]

    for index, segment in enumerate(segments):
        start: NodeKey = ("end", segment.parent) if segment.parent >= 0 else ("root", index)
        stops = [*sorted(cuts.get(index, [])), (len(segment.centreline) - 1.0, -1)]
        here = 0.0
        for stop, crossing in stops:
            key: NodeKey = ("crossing", crossing) if crossing >= 0 else ("end", index)
            line, calibre = _piece(segment, here, stop)
            if len(line) > 1:
                first, last = node(start, line[0]), node(key, line[-1])
                certain = float(segment.kind == "artery")
                made.append(
                    VesselSegment(first, last, plane.scale.to_working(line), calibre, artery_probability=certain)
                )
            start, here = key, stop
    meeting: dict[int, list[int]] = defaultdict(list)
    for number, one in enumerate(made):
        meeting[one.start].append(number)
        meeting[one.end].append(number)
    nodes = tuple(Node(places[at], tuple(meeting[at]), crossings=int(key[0] == "crossing")) for key, at in keys.items())
    return VesselGraph(nodes, tuple(made))


def _piece(segment: Segment, start: float, stop: float) -> tuple[FloatArray, FloatArray]:
    """The centreline and the calibres between two places, counted in points of the segment, a pixel apart."""
    count = np.arange(len(segment.centreline))
    inner = count[(count > start) & (count < stop)]
    at = np.concatenate([[start], inner, [stop]])
    line = np.column_stack([np.interp(at, count, segment.centreline[:, axis]) for axis in (0, 1)])
    even = resample(line)
    along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    places = np.linspace(0, along[-1], len(even))
    return even, np.interp(places, along, np.interp(at, count, segment.calibre))


@dataclass(frozen=True)
class _Steps:
    """All steps of some segments, end to end."""

    start: FloatArray
    step: FloatArray
    segment: NDArray[np.intp]
    place: NDArray[np.intp]


def _steps(segments: dict[int, Segment], kind: Kind) -> _Steps:
    chosen = [(index, s) for index, s in segments.items() if s.kind == kind]
    return _Steps(
        np.concatenate([np.zeros((0, 2)), *(s.centreline[:-1] for _, s in chosen)]),
        np.concatenate([np.zeros((0, 2)), *(np.diff(s.centreline, axis=0) for _, s in chosen)]),
        np.concatenate([np.zeros(0, np.intp), *(np.full(len(s.centreline) - 1, index) for index, s in chosen)]),
        np.concatenate([np.zeros(0, np.intp), *(np.arange(len(s.centreline) - 1) for _, s in chosen)]),
    )


def _crossings(segments: dict[int, Segment]) -> dict[int, list[tuple[float, int]]]:
    """Where arteries and veins cross: for each segment the place, in points, and the number of each crossing."""
    one, other = _steps(segments, "artery"), _steps(segments, "vein")
    found: dict[int, list[tuple[float, int]]] = defaultdict(list)
    number = 0
    for first in range(0, len(one.start), CHUNK):
        part = slice(first, first + CHUNK)
        between = other.start[None] - one.start[part, None]
        turn = _cross(one.step[part, None], other.step[None])
        with np.errstate(divide="ignore", invalid="ignore"):
            here = _cross(between, np.broadcast_to(other.step[None], between.shape)) / turn
            there = _cross(between, np.broadcast_to(one.step[part, None], between.shape)) / turn
        hits: BoolArray = (turn != 0) & (here >= 0) & (here < 1) & (there >= 0) & (there < 1)
        for i, j in np.argwhere(hits):
            found[int(one.segment[first + i])].append((float(one.place[first + i] + here[i, j]), number))
            found[int(other.segment[j])].append((float(other.place[j] + there[i, j]), number))
            number += 1
    return found


def _cross(one: FloatArray, other: FloatArray) -> FloatArray:
    return np.asarray(one[..., 0] * other[..., 1] - one[..., 1] * other[..., 0])


def _on_plane(place: tuple[float, float], plane: Plane) -> tuple[float, float]:
    row, column = plane.scale.to_working(np.array([place]))[0]
    return float(row), float(column)
