"""From a drawing of vessels to paths between nodes: skeleton, junctions merged, spurs pruned."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from venule.measurement.centreline import leaving_direction, path_length, straight_pairs
from venule.measurement.distances import distance_to_false
from venule.measurement.skeleton import skeleton_paths
from venule.photograph.arrays import BoolArray, FloatArray

if TYPE_CHECKING:
    import networkx as nx

SHORTEST = 1 / 150  # of the diameter of the field of view: a shorter side branch is a bump of the wall
SPECK = 1 / 50  # of the same: a piece that hangs together with nothing and is no longer says nothing
MERGED = 1.0  # calibres between two junctions of the skeleton that are one place on the vessel
CROSSED = 3.0  # calibres that two vessels which cross at a sharp angle may run as one

# nodes: position, radius, spread; edges: path, (points, 2), from the node `first`, and its length
Network: TypeAlias = "nx.MultiGraph[int]"


def wall_distances(vessels: BoolArray) -> FloatArray:
    """How far each pixel of a vessel is from the nearest that is none, float32 (height, width); the frame is a wall."""
    return distance_to_false(np.pad(vessels, 1))[1:-1, 1:-1]


def trace(vessels: BoolArray, radii: FloatArray, *, diameter: float) -> Network:
    """Trace the centrelines of a drawing, pixel by pixel.

    The skeleton (Lee et al. 1994) is cut at its junctions. Then, until nothing
    changes: junctions within a calibre of one another are one, and so are two within three calibres whose other vessels
    go straight on (a crossing at a sharp angle); a branch that ends freely is a spur, and goes, if
    it is shorter than the vessel it leaves is wide there or than 1/150 of the field of view; a node that joins just two
    paths joins them to one. A piece shorter than it is wide, or than 1/150 of the field of view, is a speck, and goes.

    Args:
        vessels: bool (height, width).
        radii: of `wall_distances`.
        diameter: of the field of view, in pixels.

    Returns:
        A graph whose nodes have `position` (row, column), `radius`, the distance to the nearest wall, and `spread`, how
        far from there the junctions lie that were merged to it; and whose edges have `path`, float (points, 2), running
        from node `first`.
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
    """Let every vessel that ends freely run straight to its end: a skeleton turns into a corner there, or stops short.

    The last radius of the path (at least 3 pixels) is replaced by a straight line in the direction of what lies before,
    up to a radius from where the vessel ends.
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
    """The path of an edge, running away from one of its nodes."""
    path: FloatArray = edge["path"]
    return path if edge["first"] == node else path[::-1]


def _node(network: Network, end: NDArray[np.integer], radii: FloatArray) -> int:
    """The node at the first of the last points of a path, as wide as they are: it may lie beside the middle."""
    row, column = (int(value) for value in end[0])
    key = row * int(radii.shape[1]) + column
    if key not in network:
        network.add_node(key, position=np.array([row, column], np.float64), radius=0.0, spread=0.0)
    network.nodes[key]["radius"] = max(network.nodes[key]["radius"], float(radii[end[:, 0], end[:, 1]].max()))
    return key


def _connect(network: Network, first: int, last: int, path: FloatArray) -> None:
    network.add_edge(first, last, path=path, first=first, length=path_length(path))


def _dissolve(network: Network) -> None:
    """Join the two paths of every node that has just two, unless they are one ring."""
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
    """Merge junctions that lie within one another's walls, the nearest first; True where there were any.

    What is merged spreads no further than two of its junctions may lie apart: or else, where vessels lie side by side,
    one after the other would be drawn in.
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
    """Position and spread of the junction that a group would be."""
    nodes = [network.nodes[node] for node in sorted(group)]
    position = np.mean([node["position"] for node in nodes], axis=0)
    return position, max(float(np.linalg.norm(node["position"] - position)) + node["spread"] for node in nodes)


def _cross(network: Network, one: int, other: int) -> bool:
    """Whether two junctions of three would be a crossing if they were one."""
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
    """A path that starts at a merged junction: straight to where it leaves what was merged."""
    outside = np.linalg.norm(path - position, axis=1) > spread
    first = int(outside.argmax()) if outside.any() else len(path) - 1
    return np.concatenate([position[None], path[first:]])


def _prune(network: Network, *, shortest: float) -> bool:
    """Take away spurs; True where there were any. The shortest of a junction goes first, and the others stay a turn."""
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
