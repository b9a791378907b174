"""Trace vessels as paths between nodes: thin them to a skeleton, merge its junctions, prune its spurs."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from venule.measurement.centreline import leaving_direction, path_length, straight_pairs
from venule.measurement.plane import distance_to_false
from venule.photograph.arrays import BoolArray, FloatArray

if TYPE_CHECKING:
    import networkx as nx

SHORTEST = 1 / 150  # of the diameter of the field of view: a shorter side branch is a bump in the wall
SPECK = 1 / 50  # of the same: a shorter piece without any connection is noise
MERGED = 1.0  # calibres between two junctions of the skeleton that are one junction of the vessel
CROSSED = 3.0  # calibres that two vessels which cross at a sharp angle may run as one
SIDES = (1, 3, 4, 6)  # of the eight neighbours in reading order, those that share a side

# nodes: position, radius, spread; edges: path, (points, 2), from the node `first`, and its length
Network: TypeAlias = "nx.MultiGraph[int]"


def wall_distances(vessels: BoolArray) -> FloatArray:
    """Distance of each vessel pixel to the background or the frame, float32 (height, width)."""
    return distance_to_false(np.pad(vessels, 1))[1:-1, 1:-1]


def trace(vessels: BoolArray, radii: FloatArray, *, diameter: float) -> Network:
    """Trace the centrelines of vessels, pixel by pixel.

    The skeleton (Lee et al. 1994) is cut at its junctions. Then three steps are repeated until nothing changes:

    * Junctions within one calibre of each other are merged. So are two junctions within three calibres whose other
      vessels continue straight: they are a crossing at a sharp angle.
    * A branch with a free end is a spur and is removed if it is shorter than the vessel that it leaves is wide, or
      shorter than 1/150 of the field of view.
    * A node with just two paths is removed, and its paths become one.

    Last, a piece shorter than it is wide, or shorter than 1/50 of the field of view, is a speck and is removed.

    Args:
        vessels: bool (height, width).
        radii: from `wall_distances`.
        diameter: of the field of view, in pixels.

    Returns:
        A graph. Its nodes have `position` (row, column), `radius` (the distance to the nearest wall) and `spread` (the
        distance to the farthest junction that was merged into it). Its edges have `path`, float (points, 2), which
        starts at node `first`, and its `length`.
    """
    from networkx import MultiGraph
    from skimage.morphology import skeletonize

    skeleton = skeletonize(vessels, method="lee") > 0  # Zhang's rubs out vessels that run at 45 degrees

    network: Network = MultiGraph()
    for path in skeleton_paths(skeleton):
        first, last = (_node(network, end, radii) for end in (path[:5], path[:-6:-1]))
        _connect(network, first, last, path.astype(np.float64))
    _dissolve(network)
    while _prune(network, shortest=SHORTEST * diameter) or _merge_junctions(network):
        _dissolve(network)
    _drop_specks(network, shortest=SPECK * diameter)
    return network


def straighten_ends(network: Network, radii: FloatArray) -> None:
    """Make the free ends of vessels straight: a skeleton turns into a corner there, or stops short.

    The last radius of the path (at least 3 pixels) is replaced by a straight line in the direction of the path before
    it. The line stops one radius before the end of the vessel.
    """
    for node, degree in list(network.degree()):
        if degree != 1:
            continue
        _, other, edge = next(iter(network.edges(node, data=True)))
        path = path_from(edge, other)
        cut = max(3, round(network.nodes[node]["radius"]))
        if len(path) < 5 * cut:
            continue
        kept = path[:-cut]
        step = kept[-1] - kept[-3 * cut]
        step = step / max(float(np.linalg.norm(step)), 1e-12)
        radius = float(radii[tuple(kept[-1].astype(np.intp))])
        ahead = kept[-1] + np.arange(1, 4 * cut + radius)[:, None] * step
        rows, columns = np.rint(ahead).astype(np.intp).T
        inside = (rows >= 0) & (columns >= 0) & (rows < radii.shape[0]) & (columns < radii.shape[1])
        inside[inside] = radii[rows[inside], columns[inside]] > 0
        far = int(inside.argmin()) if not inside.all() else len(ahead)
        end = kept[-1] + max(0.5, far + 0.5 - radius) * step
        network.nodes[node]["position"] = end
        edge["path"], edge["first"] = np.concatenate([kept, end[None]]), other


def path_from(edge: dict[str, Any], node: int) -> FloatArray:
    """The path of an edge, away from one of its nodes."""
    path: FloatArray = edge["path"]
    return path if edge["first"] == node else path[::-1]


def _node(network: Network, end: NDArray[np.integer], radii: FloatArray) -> int:
    """The node at the end of a path, with the largest radius of the last points: the end may lie beside the middle."""
    row, column = (int(value) for value in end[0])
    key = row * int(radii.shape[1]) + column
    if key not in network:
        network.add_node(key, position=np.array([row, column], np.float64), radius=0.0, spread=0.0)
    network.nodes[key]["radius"] = max(network.nodes[key]["radius"], float(radii[end[:, 0], end[:, 1]].max()))
    return key


def _connect(network: Network, first: int, last: int, path: FloatArray) -> None:
    network.add_edge(first, last, path=path, first=first, length=path_length(path))


def _dissolve(network: Network) -> None:
    """Remove every node with just two paths and join these, unless they are one ring."""
    for node in [node for node, degree in network.degree() if degree == 2]:
        edges = list(network.edges(node, keys=True, data=True))
        if len(edges) != 2:
            continue  # a ring
        (_, one, one_key, before), (_, other, other_key, after) = edges
        path = np.concatenate([path_from(before, node)[::-1], path_from(after, node)[1:]])
        network.remove_edges_from([(node, one, one_key), (node, other, other_key)])
        network.remove_node(node)
        _connect(network, one, other, path)


def _merge_junctions(network: Network) -> bool:
    """Merge junctions that lie within each other's walls, the nearest first; True if there were any.

    A merged junction may not spread farther than the distance at which two are merged. Otherwise vessels that lie side
    by side would be drawn in one after the other.
    """
    near = []
    for one, other, edge in network.edges(data=True):
        if one == other or min(network.degree(one), network.degree(other)) < 3:
            continue
        calibre, length = 2 * max(network.nodes[one]["radius"], network.nodes[other]["radius"]), edge["length"]
        if length <= MERGED * calibre:
            near.append((length, one, other, MERGED * calibre))
        elif length <= CROSSED * calibre and _cross(network, one, other):
            near.append((length, one, other, CROSSED * calibre))
    group_of: dict[int, frozenset[int]] = {}
    for _, one, other, allowed in sorted(near):
        union = group_of.get(one, frozenset([one])) | group_of.get(other, frozenset([other]))
        if _place(network, union)[1] <= allowed:
            group_of.update(dict.fromkeys(union, union))
    for group in sorted(set(group_of.values()), key=min):
        _merge(network, sorted(group))
    return bool(group_of)


def _place(network: Network, group: Iterable[int]) -> tuple[FloatArray, float]:
    """Position and spread of the junction that a group would become."""
    nodes = [network.nodes[node] for node in sorted(group)]
    position = np.mean([node["position"] for node in nodes], axis=0)
    return position, max(float(np.linalg.norm(node["position"] - position)) + node["spread"] for node in nodes)


def _cross(network: Network, one: int, other: int) -> bool:
    """Whether two junctions of three vessels each would be a crossing if they were one."""
    directions = []
    for node, far in ((one, other), (other, one)):
        if network.degree(node) != 3:
            return False
        radius = network.nodes[node]["radius"]
        arms = [edge for _, end, edge in network.edges(node, data=True) if end not in (far, node)]
        directions += [leaving_direction(path_from(edge, node), radius=radius) for edge in arms]
    return len(directions) == 4 and straight_pairs(directions) == 2


def _merge(network: Network, group: list[int]) -> None:
    kept, members = group[0], set(group)
    position, spread = _place(network, group)
    radius = max(network.nodes[node]["radius"] for node in group)
    edges = list(network.edges(group, keys=True, data=True))
    network.remove_nodes_from(group)
    network.add_node(kept, position=position, radius=radius, spread=spread)
    for one, other, _, edge in edges:
        path, first = edge["path"], edge["first"]
        if one in members and other in members and edge["length"] <= CROSSED * 2 * radius:
            continue  # it lies within the merged junction
        last = other if first == one else one
        if first in members:
            first, path = kept, _from(position, path, spread)
        if last in members:
            last, path = kept, _from(position, path[::-1], spread)[::-1]
        _connect(network, first, last, path)


def _from(position: FloatArray, path: FloatArray, spread: float) -> FloatArray:
    """A path from a merged junction: straight to where the path leaves the merged area."""
    outside = np.linalg.norm(path - position, axis=1) > spread
    first = int(outside.argmax()) if outside.any() else len(path) - 1
    return np.concatenate([position[None], path[first:]])


def _prune(network: Network, *, shortest: float) -> bool:
    """Remove spurs; True if there were any. Each turn removes only the shortest spur of a junction."""
    touched: set[int] = set()
    ends = []
    for node, degree in network.degree():
        if degree == 1:
            _, other, key, edge = next(iter(network.edges(node, keys=True, data=True)))
            if network.degree(other) >= 3:
                ends.append((edge["length"], node, other, key))
    for length, node, other, key in sorted(ends):
        if other in touched or length >= max(2 * network.nodes[other]["radius"], shortest):
            continue
        touched.add(other)
        network.remove_edge(node, other, key)
        network.remove_node(node)
    return bool(touched)


def _drop_specks(network: Network, *, shortest: float) -> None:
    from networkx import connected_components

    for piece in list(connected_components(network)):
        length = sum(edge["length"] for _, _, edge in network.edges(piece, data=True))
        wide = 2 * max(network.nodes[node]["radius"] for node in piece)
        if length < max(wide, shortest):
            network.remove_nodes_from(piece)


def skeleton_paths(skeleton: BoolArray) -> Iterator[NDArray[np.intp]]:
    """Cut a skeleton at its ends and junctions, as skan does (Nunez-Iglesias et al. 2018).

    Pixels that share a side or a corner are joined. Where junction pixels touch one another, only the steps of their
    minimum spanning tree count; otherwise three of them would make a ring.

    Args:
        skeleton: bool (height, width), lines one pixel wide.

    Yields:
        The pixels of each path, (points, 2), (row, column), from one end or junction to the next. A ring that nothing
        joins begins and ends at its first pixel. A pixel that touches no other belongs to no path.
    """
    pixels = np.argwhere(skeleton)
    for path in _paths(*_neighbours(skeleton)):
        yield pixels[path]


def _paths(start: list[int], beside: list[int]) -> Iterator[list[int]]:
    """Paths between pixels whose number of neighbours is not two; then the rings of those that are left.

    Args:
        start: for each pixel, where its neighbours begin in `beside`; one more, where the last ones end.
        beside: the neighbours of all pixels.
    """
    counts = np.diff(start)
    walked: set[tuple[int, int]] = set()  # the last step of each path, backwards: where it would be walked again
    inner: set[int] = set()
    for node in np.flatnonzero(counts != 2).tolist():
        for first in beside[start[node] : start[node + 1]]:
            if (node, first) not in walked:
                path = _walk(start, beside, node, first)
                walked.add((path[-1], path[-2]))
                inner.update(path[1:-1])
                yield path
    for pixel in np.flatnonzero(counts == 2).tolist():
        if pixel not in inner:
            path = _walk(start, beside, pixel, beside[start[pixel]])
            inner.update(path)
            yield path


def _walk(start: list[int], beside: list[int], pixel: int, following: int) -> list[int]:
    path = [pixel, following]
    while following != path[0]:
        first = start[following]
        if start[following + 1] - first != 2:
            break
        pixel, following = following, beside[first + 1] if beside[first] == pixel else beside[first]
        path.append(following)
    return path


def _neighbours(skeleton: BoolArray) -> tuple[list[int], list[int]]:
    """The pixels that each pixel is joined to, as `_paths` takes them; pixels are numbered in reading order."""
    padded = np.pad(skeleton, 1)
    width = padded.shape[1]
    places = np.flatnonzero(padded)
    numbers = np.zeros(padded.size, np.intp)
    numbers[places] = np.arange(len(places))
    about = places[:, None] + [-width - 1, -width, -width + 1, -1, 1, width - 1, width, width + 1]
    touching = padded.ravel()[about]
    pixels, kinds = np.nonzero(touching)
    beside = numbers[about[touching]]
    junction = touching.sum(axis=1) > 2
    within = np.flatnonzero(junction[pixels] & junction[beside])  # steps within a junction
    by_length = within[np.argsort(~np.isin(kinds[within], SIDES), kind="stable")]
    tree = _spanning_tree(zip(pixels[by_length].tolist(), beside[by_length].tolist(), strict=True))
    kept = np.ones(len(beside), np.bool_)
    kept[within] = [step in tree for step in zip(pixels[within].tolist(), beside[within].tolist(), strict=True)]
    starts = np.searchsorted(pixels[kept], np.arange(len(places) + 1))
    return starts.tolist(), beside[kept].tolist()


def _spanning_tree(steps: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
    """The steps, taken in their order, that close no ring (Kruskal 1956), forwards and backwards."""
    above: dict[int, int] = {}
    tree = set()
    for one, other in steps:
        tops = []
        for top in (one, other):
            while top in above:
                top = above[top]
            tops.append(top)
        if tops[0] != tops[1]:
            above[tops[0]] = tops[1]
            tree |= {(one, other), (other, one)}
    return tree
