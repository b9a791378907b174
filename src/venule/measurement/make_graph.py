"""The graph of a plane: vessels are traced, centred between their walls, and their calibres measured."""

import cv2
import numpy as np
import scipy

from venule.measurement.centreline import leaving_direction, normals, resample, smooth, straight_pairs
from venule.measurement.graph import Node, VesselGraph, VesselSegment
from venule.measurement.plane import Plane
from venule.measurement.tracing import Network, straighten_ends, trace, wall_distances
from venule.photograph.arrays import BoolArray, FloatArray

MUCH_WIDER = 1.4  # times the widest circle inside a vessel: a longer way across leads into another vessel
JUNCTION = 1.2  # radii of a junction within which a wall does not belong to one vessel alone
BLOCK = 8  # samples at a time: most walls are found in the first block
STEP = 0.5  # pixels between two samples of the level, across a vessel


def make_graph(plane: Plane) -> VesselGraph:
    """Trace the vessels of a plane and measure their calibres.

    Each path of the skeleton is smoothed, moved to the middle between the walls on either side, and smoothed again. The
    calibre is the distance between the walls, across the centreline. It is measured at every point outside the
    junctions; inside a junction it is the calibre of the vessel beside it.

    Returns:
        Lengths and positions are in pixels of the plane. Without vessels, the graph is empty.
    """
    radii = wall_distances(plane.vessels)
    network = trace(plane.vessels, radii, diameter=plane.diameter)
    straighten_ends(network, radii)
    ids = {node: index for index, node in enumerate(network.nodes)}
    edges = list(network.edges(data=True))
    rings = [one == other and network.degree(one) == 2 for one, other, _ in edges]
    lines = [smooth(resample(edge["path"]), ring=ring) for (_, _, edge), ring in zip(edges, rings, strict=True)]
    reach = 1.5 * _largest(radii, lines) + 4
    lines = _centred(plane, lines, rings, reach=reach)
    widths = _measured(plane, lines, reach=reach)
    segments = []
    for (one, other, edge), line, width in zip(edges, lines, widths, strict=True):
        first, last = (one, other) if edge["first"] == one else (other, one)
        inner = 2 * radii[tuple(np.rint(line).astype(np.intp).T)]
        inside = [_in_junction(network, node, line) for node in (first, last)]
        calibre = _outside_junctions(inside, line, width, inner)
        counts = int((~inside[0]).argmax()), int((~inside[1])[::-1].argmax())
        segments.append(VesselSegment(ids[first], ids[last], line, plane.true_calibre(calibre), counts))
    return VesselGraph(_nodes(network, segments, ids), tuple(segments))


def _largest(radii: FloatArray, lines: list[FloatArray]) -> float:
    """The largest radius along the lines."""
    places = [np.rint(line).astype(int) for line in lines]
    return max((float(radii[place[:, 0], place[:, 1]].max()) for place in places), default=0.0)


def _centred(plane: Plane, lines: list[FloatArray], rings: list[bool], *, reach: float) -> list[FloatArray]:
    """Centrelines moved to the middle between the walls, by at most a pixel, and smoothed again."""
    if not lines:
        return []
    across = np.concatenate([normals(line) for line in lines])
    walls = distances_to_walls(plane, np.concatenate(lines), across, reach=reach)
    aside = np.nan_to_num((walls[:, 1] - walls[:, 0]) / 2)
    moves = np.where(np.abs(aside) <= 1.0, aside, 0.0)[:, None] * across
    result, start = [], 0
    for line, ring in zip(lines, rings, strict=True):
        moved = line + moves[start : start + len(line)]
        moved[[0, -1]] = line[[0, -1]]  # nodes stay
        result.append(smooth(moved, ring=ring))
        start += len(line)
    return result


def _measured(plane: Plane, lines: list[FloatArray], *, reach: float) -> list[FloatArray]:
    if not lines:
        return []
    across = np.concatenate([normals(line) for line in lines])
    widths = distances_to_walls(plane, np.concatenate(lines), across, reach=reach).sum(axis=1)
    return np.split(widths, np.cumsum([len(line) for line in lines])[:-1])


def _in_junction(network: Network, node: int, line: FloatArray) -> BoolArray:
    """Which points of a centreline lie inside the junction at one of its nodes, or in the cap of a free end."""
    degree, at = network.degree(node), network.nodes[node]
    if degree == 2:  # a ring
        return np.zeros(len(line), np.bool_)
    away = np.linalg.norm(line - at["position"], axis=1)
    # A vessel narrows towards a free end; half a radius is enough there.
    return np.asarray(away <= (JUNCTION if degree >= 3 else 0.5) * at["radius"] + at["spread"])


def _outside_junctions(inside: list[BoolArray], line: FloatArray, width: FloatArray, inner: FloatArray) -> FloatArray:
    """Calibres, where those near junctions and missing ones are replaced by the nearest good calibre.

    A calibre much larger than the widest circle inside the vessel is not good: it reaches into another vessel.
    """
    good = np.isfinite(width) & (width <= MUCH_WIDER * inner + 1.5) & ~inside[0] & ~inside[1]
    if not good.any():
        return np.maximum(inner, 1.0)
    known = np.flatnonzero(good)
    places = np.arange(len(line))
    after = np.clip(np.searchsorted(known, places), 0, len(known) - 1)
    before = np.maximum(after - 1, 0)
    nearer = np.where(np.abs(known[before] - places) <= np.abs(known[after] - places), before, after)
    return np.asarray(width[known[nearer]])


def _nodes(network: Network, segments: list[VesselSegment], ids: dict[int, int]) -> tuple[Node, ...]:
    meeting: dict[int, list[int]] = {index: [] for index in ids.values()}
    for index, segment in enumerate(segments):
        meeting[segment.start].append(index)
        meeting[segment.end].append(index)
    nodes = []
    for key, index in ids.items():
        row, column = (float(value) for value in network.nodes[key]["position"])
        radius = network.nodes[key]["radius"]
        numbers = dict.fromkeys(meeting[index])
        lines = [line for number in numbers for line in lines_from(segments[number], index)]
        directions = [leaving_direction(line, radius=radius) for line in lines]
        crossings = max(0, straight_pairs(directions) - 1)
        nodes.append(Node((row, column), tuple(meeting[index]), crossings))
    return tuple(nodes)


def lines_from(segment: VesselSegment, node: int) -> list[FloatArray]:
    """The centreline of a segment, away from a node; in both directions if both of its ends are there."""
    both = ((segment.start, segment.centreline), (segment.end, segment.centreline[::-1]))
    return [line for at, line in both if at == node]


def distances_to_walls(plane: Plane, points: FloatArray, across: FloatArray, *, reach: float) -> FloatArray:
    """Distances from points inside vessels to the wall on either side.

    The level is interpolated between pixels. In a probability map, or one of covered shares, a wall is therefore found
    to a fraction of a pixel; in a binary mask, only on average over the length of a vessel.

    Args:
        plane: with the level.
        points: (n, 2).
        across: (n, 2), unit vectors across the vessel.
        reach: largest distance, in pixels.

    Returns:
        (n, 2), to the wall against `across` and along it; NaN if the point is outside a vessel, or no wall in reach.
    """
    # There is no vessel outside the field of view: a wall lies between its last pixel and the first outside.
    level = np.pad(np.where(plane.fov, plane.level, np.float32(0)), 1)
    return np.column_stack([_to_wall(plane, level, points, side * across, reach) for side in (-1, 1)])


def within_walls(plane: Plane, graph: VesselGraph) -> BoolArray:
    """Pixels between the walls of vessels.

    Args:
        plane: with the level.
        graph: of its vessels, in pixels of the plane.

    Returns:
        bool (height, width): the vessel pixels that reach the level at the walls of the nearest centreline.
    """
    centre = np.ones(plane.vessels.shape, np.uint8)
    centre[tuple(np.rint(graph.points).astype(np.intp).T)] = 0
    middle = centre == 0
    if plane.wall <= plane.threshold or not middle.any():
        return plane.vessels
    nearest = cv2.distanceTransformWithLabels(centre, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)[1]
    walls = np.zeros(int(nearest.max()) + 1, np.float32)
    walls[nearest[middle]] = plane.walls_of(plane.level[middle])
    return np.asarray(plane.vessels & (plane.level >= walls[nearest]))


def _to_wall(plane: Plane, level: FloatArray, points: FloatArray, across: FloatArray, reach: float) -> FloatArray:
    offsets = np.arange(0, reach + STEP, STEP)
    wall = plane.walls_of(_levels(level, points, across, offsets[:1]))
    found = np.full(len(points), np.nan)
    sought = np.arange(len(points))
    for start in range(0, len(offsets), BLOCK):
        block = offsets[max(0, start - 1) : start + BLOCK]  # with the last of the block before
        profile = _levels(level, points[sought], across[sought], block) - wall[sought]
        below = profile < 0
        first = below.argmax(axis=1)
        has = np.flatnonzero(first > 0)
        inside, outside = (profile[has, first[has] - shift] for shift in (1, 0))
        found[sought[has]] = block[first[has] - 1] + STEP * inside / (inside - outside)
        sought = sought[~below.any(axis=1)]
    return found


def _levels(level: FloatArray, points: FloatArray, across: FloatArray, offsets: FloatArray) -> FloatArray:
    """The level at some distances from points, (points, offsets)."""
    places = [points[:, axis, None] + across[:, axis, None] * offsets + 1 for axis in (0, 1)]
    return np.asarray(scipy.ndimage.map_coordinates(level, places, order=1, mode="constant"))
