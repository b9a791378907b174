"""The vessel graph: ends, branchings and crossings, and the segments between them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import compress
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from venule.measurement.centreline import path_length
from venule.measurement.tortuosity import curvature_tortuosity, distance_tortuosity, inflections
from venule.photograph.arrays import FloatArray
from venule.vessel_map import SURE

if TYPE_CHECKING:
    import networkx as nx
    from pandas import DataFrame

NodeKind = Literal["end", "branching", "crossing", "ring"]
SEGMENT_COLUMNS = (  # of segments.csv: name, meaning, unit
    ("segment", "number of the segment: its index in the photograph's _graph.json", ""),
    ("start_kind", "kind of the first end: end, branching, crossing, or ring for a closed segment", ""),
    ("end_kind", "kind of the last end", ""),
    ("length_px", "length along the centreline", "px"),
    ("chord_px", "straight distance between the ends", "px"),
    ("calibre_mean_px", "calibre, mean along the segment", "px"),
    ("calibre_sd_px", "calibre, standard deviation along the segment", "px"),
    ("tortuosity_distance", "length over distance between the ends, without junctions; empty for a closed segment", ""),
    ("tortuosity_curvature_per_px", "absolute curvature, mean along the segment, without junctions", "1/px"),
    ("inflections", "number of inflections: points where the curvature changes sign", ""),
    ("row_px", "row of the midpoint", "px"),
    ("column_px", "column of the midpoint", "px"),
    ("vessel_kind", "artery, vein, or unsure; empty if arteries and veins are not known", ""),
    ("artery_probability", "probability that the segment is an artery, mean along it", ""),
)


@dataclass(frozen=True, eq=False)
class Node:
    """Where segments end or meet.

    Attributes:
        position: (row, column).
        segments: indices of the segments that meet here; a segment that leaves and comes back stands here twice.
        crossings: how many more vessels than one go straight on here, each as two of the segments.

    Example:
        >>> Node(position=(10.0, 20.0), segments=(0, 1, 2)).kind
        'branching'
    """

    position: tuple[float, float]
    segments: tuple[int, ...]
    crossings: int = 0

    @property
    def branchings(self) -> int:
        """How many vessels begin here: each segment that is neither the first vessel nor a part of one that crosses."""
        return max(0, len(self.segments) - 2 - 2 * self.crossings)

    @property
    def kind(self) -> NodeKind:
        """What the place is.

        "end" of one segment; "branching", also one where vessels cross; "crossing" and nothing else; "ring", the
        arbitrary start of a vessel that closes on itself.
        """
        if len(self.segments) == 1:
            return "end"
        if self.branchings:
            return "branching"
        return "crossing" if self.crossings else "ring"


@dataclass(frozen=True, eq=False)
class VesselSegment:
    """A vessel between two nodes.

    Attributes:
        start: index of the node at the first point.
        end: index of the node at the last point.
        centreline: float64 (points, 2), (row, column), points about a pixel apart.
        calibre: float64 (points,), width across the vessel; within a junction, that of the vessel beside it.
        in_junctions: how many points lie within the junction at the start, and at the end.
        artery_probability: mean along the segment; None: arteries and veins are not known.

    Example:
        >>> line = np.array([[0.0, 0.0], [0.0, 1.0], [0.0, 2.0]])
        >>> VesselSegment(start=0, end=1, centreline=line, calibre=np.full(3, 4.0)).length
        2.0
    """

    start: int
    end: int
    centreline: FloatArray
    calibre: FloatArray
    in_junctions: tuple[int, int] = (0, 0)
    artery_probability: float | None = None

    @property
    def kind(self) -> Literal["artery", "vein", "unsure", ""]:
        """What the segment is as far as it is sure; "" if arteries and veins are not known."""
        if self.artery_probability is None:
            return ""
        return (
            "artery" if self.artery_probability >= SURE else "vein" if 1 - self.artery_probability >= SURE else "unsure"
        )

    @property
    def length(self) -> float:
        """Along the centreline."""
        return path_length(self.centreline)

    @property
    def chord(self) -> float:
        """Between the two ends, straight."""
        return float(np.linalg.norm(self.centreline[-1] - self.centreline[0]))

    @property
    def between_junctions(self) -> FloatArray:
        """The centreline without what lies within junctions, where it bends to their middle; whole if it all does."""
        first, last = self.in_junctions
        kept = self.centreline[first : len(self.centreline) - last]
        return kept if len(kept) > 1 else self.centreline

    @property
    def mean_calibre(self) -> float:
        """Over the length."""
        return float(self.calibre.mean())

    def leaving(self, node: int) -> "VesselSegment":
        """The same segment, running away from one of its nodes."""
        if self.start == node:
            return self
        first, last = self.in_junctions
        return replace(
            self,
            start=self.end,
            end=self.start,
            centreline=self.centreline[::-1],
            calibre=self.calibre[::-1],
            in_junctions=(last, first),
        )


def _joined(pieces: Sequence[VesselSegment]) -> VesselSegment:
    """One segment of those that follow one another."""
    if len(pieces) == 1:
        return pieces[0]
    lines = [pieces[0].centreline, *(piece.centreline[1:] for piece in pieces[1:])]
    calibres = [pieces[0].calibre, *(piece.calibre[1:] for piece in pieces[1:])]
    known = [piece.artery_probability for piece in pieces if piece.artery_probability is not None]
    return VesselSegment(
        pieces[0].start,
        pieces[-1].end,
        np.concatenate(lines),
        np.concatenate(calibres),
        (pieces[0].in_junctions[0], pieces[-1].in_junctions[1]),
        float(np.average(known, weights=[len(piece.centreline) for piece in pieces])) if known else None,
    )


@dataclass(frozen=True, eq=False)
class VesselGraph:
    """The vessels of one map as a graph; lengths and positions in one unit, that of whoever made it.

    Attributes:
        nodes: ends, branchings and crossings.
        segments: the vessels between them.

    Example:
        >>> len(measured.graph.segments) > 20
        True
        >>> list(measured.graph.to_pandas().columns)[:4]
        ['segment', 'start_kind', 'end_kind', 'length_px']
    """

    nodes: tuple[Node, ...]
    segments: tuple[VesselSegment, ...]

    @cached_property
    def length(self) -> float:
        """Of all segments together."""
        return float(sum(segment.length for segment in self.segments))

    @cached_property
    def points(self) -> FloatArray:
        """All points of all centrelines, (points, 2)."""
        return np.concatenate([np.zeros((0, 2)), *(segment.centreline for segment in self.segments)])

    @cached_property
    def calibres(self) -> FloatArray:
        """The calibre at each of `points`."""
        return np.concatenate([np.zeros(0), *(segment.calibre for segment in self.segments)])

    @cached_property
    def weights(self) -> FloatArray:
        """The length that each of `points` stands for: half of the steps beside it; they add up to `length`."""
        steps = np.zeros(len(self.points) + 1)  # before each point, and after the last; none between segments
        steps[1:-1] = np.linalg.norm(np.diff(self.points, axis=0), axis=1)
        steps[np.cumsum([len(segment.centreline) for segment in self.segments], dtype=np.intp)] = 0
        return np.asarray((steps[1:] + steps[:-1]) / 2)

    def part(self, chosen: Sequence[bool]) -> "VesselGraph":
        """Some of the segments alone. Two that are left where others met or crossed them are joined.

        Args:
            chosen: of each segment, whether it stays.
        """
        meeting: dict[int, list[int]] = defaultdict(list)
        for number in compress(range(len(self.segments)), chosen):
            for node in (self.segments[number].start, self.segments[number].end):
                meeting[node].append(number)
        through = {node: set(two) for node, two in meeting.items() if len(two) == 2 and two[0] != two[1]}
        made: list[VesselSegment] = []
        left = dict.fromkeys(compress(range(len(self.segments)), chosen))
        while left:
            chain = self._chain(next(iter(left)), through)
            for number, _ in chain:
                del left[number]
            made.append(_joined([self.segments[number].leaving(node) for number, node in chain]))
        numbers = {node: index for index, node in enumerate(dict.fromkeys(n for s in made for n in (s.start, s.end)))}
        ends: dict[int, list[int]] = {node: [] for node in numbers}
        for number, segment in enumerate(made):
            ends[segment.start].append(number)
            ends[segment.end].append(number)
        nodes = (
            Node(self.nodes[node].position, tuple(those), min(self.nodes[node].crossings, max(0, len(those) - 2) // 2))
            for node, those in ends.items()
        )
        return VesselGraph(
            tuple(nodes), tuple(replace(one, start=numbers[one.start], end=numbers[one.end]) for one in made)
        )

    def _chain(self, number: int, through: Mapping[int, set[int]]) -> list[tuple[int, int]]:
        """The segments that are one with a segment, from one end to the other: number, and node from which it runs."""

        def walk(number: int, node: int) -> list[tuple[int, int]]:
            chain = [(number, node)]
            while (node := self.segments[number].leaving(node).end) in through and node != chain[0][1]:
                (number,) = through[node] - {number}
                chain.append((number, node))
            return chain

        last, node = walk(number, self.segments[number].start)[-1]
        return walk(last, self.segments[last].leaving(node).end)

    def rows(self) -> list[tuple[Any, ...]]:
        """A row for each segment, under `SEGMENT_COLUMNS`; None where a closed segment has no distance tortuosity."""
        return [self._row(number, segment) for number, segment in enumerate(self.segments)]

    def to_pandas(self) -> "DataFrame":
        """A table with a row for each segment, in the columns of segments.csv."""
        from pandas import DataFrame

        return DataFrame(self.rows(), columns=[name for name, *_ in SEGMENT_COLUMNS])

    def _row(self, number: int, segment: VesselSegment) -> tuple[Any, ...]:
        line = segment.between_junctions
        spacing = path_length(line) / max(1, len(line) - 1)
        closed = np.array_equal(line[0], line[-1])
        return (
            number,
            self.nodes[segment.start].kind,
            self.nodes[segment.end].kind,
            segment.length,
            segment.chord,
            segment.mean_calibre,
            float(segment.calibre.std()),
            None if closed else distance_tortuosity(line),
            curvature_tortuosity(line, sigma=3 / max(spacing, 1e-9)),
            inflections(line),
            *segment.centreline[len(segment.centreline) // 2].tolist(),
            segment.kind,
            segment.artery_probability,
        )

    def to_networkx(self) -> "nx.MultiGraph[int]":
        """As a networkx graph, for its algorithms and for `networkx.write_graphml`: attributes are numbers and texts.

        Nodes have `row`, `column` and `kind`; edges `length`, `chord`, `calibre` (mean), and `centreline` and
        `calibres` as JSON text.
        """
        import json

        from networkx import MultiGraph

        graph: nx.MultiGraph[int] = MultiGraph()
        for index, node in enumerate(self.nodes):
            graph.add_node(index, row=float(node.position[0]), column=float(node.position[1]), kind=node.kind)
        for index, segment in enumerate(self.segments):
            graph.add_edge(
                segment.start,
                segment.end,
                key=index,
                length=segment.length,
                chord=segment.chord,
                calibre=segment.mean_calibre,
                centreline=json.dumps(segment.centreline.round(2).tolist()),
                calibres=json.dumps(segment.calibre.round(2).tolist()),
            )
        return graph

    def to_dict(self) -> dict[str, Any]:
        """As plain data, for JSON."""
        return {
            "nodes": [
                {"row": round(n.position[0], 2), "column": round(n.position[1], 2), "kind": n.kind} for n in self.nodes
            ],
            "segments": [
                {
                    "start": s.start,
                    "end": s.end,
                    "centreline": s.centreline.round(2).tolist(),
                    "calibre": s.calibre.round(2).tolist(),
                    "in_junctions": list(s.in_junctions),
                    **({} if s.artery_probability is None else {"artery_probability": round(s.artery_probability, 3)}),
                }
                for s in self.segments
            ],
        }
