"""Branchings: their angles and the ratios of their calibres."""

from dataclasses import dataclass

import numpy as np
import scipy

from venule.measurement.centreline import leaving_direction
from venule.measurement.graph import Node, VesselGraph

EXPONENTS = (0.2, 12.0)  # between which a junction exponent is searched
BESIDE = 20  # points of a vessel beside a junction over which its calibre is taken


@dataclass(frozen=True)
class Junction:
    """A vessel that splits in two.

    Attributes:
        position: (row, column).
        parent: calibre of the widest of the three.
        wide: calibre of the wider branch.
        narrow: calibre of the narrower branch.
        angle: between the two branches, degrees.
    """

    position: tuple[float, float]
    parent: float
    wide: float
    narrow: float
    angle: float

    @property
    def exponent(self) -> float | None:
        """X of parent^x = wide^x + narrow^x (Murray 1926: 3 for the least work), from 0.2 to 12.

        None if there is no such x, as where a branch is as wide as the parent.
        """
        if not 0 < self.narrow <= self.wide < self.parent:
            return None
        wide, narrow = self.wide / self.parent, self.narrow / self.parent
        low, high = EXPONENTS

        def excess(x: float) -> float:
            return float(wide**x + narrow**x - 1)

        return None if excess(low) * excess(high) > 0 else float(scipy.optimize.brentq(excess, low, high))

    @property
    def asymmetry(self) -> float:
        """Narrower over wider branch, in (0, 1]."""
        return self.narrow / self.wide

    @property
    def area_ratio(self) -> float:
        """Cross sections of the branches over that of the parent: (wide^2 + narrow^2) / parent^2."""
        return (self.wide**2 + self.narrow**2) / self.parent**2


def junctions(graph: VesselGraph) -> list[Junction]:
    """Every place where exactly three segments meet. The widest of them counts as the parent."""
    found = (_junction(graph, index) for index, node in enumerate(graph.nodes) if _splits(node))
    return [junction for junction in found if junction is not None]


def _splits(node: Node) -> bool:
    return node.kind == "branching" and len(node.segments) == 3 and len(set(node.segments)) == 3


def _junction(graph: VesselGraph, index: int) -> Junction | None:
    node = graph.nodes[index]
    arms = []
    for number in node.segments:
        segment = graph.segments[number].leaving(index)
        calibre = float(np.median(segment.calibre[:BESIDE]))
        arms.append((calibre, segment.centreline))
    arms.sort(key=lambda arm: -arm[0])
    radius = arms[0][0] / 2
    (parent, _), (wide, one), (narrow, other) = arms
    directions = [leaving_direction(line, radius=radius) for line in (one, other)]
    cosine = float(np.clip(directions[0] @ directions[1], -1, 1))
    if narrow <= 0:
        return None
    return Junction(node.position, parent, wide, narrow, float(np.degrees(np.arccos(cosine))))
