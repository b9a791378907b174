"""An eye ready to be measured: its plane, its graph, its optic disc and its fovea."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, Self, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from venule.errors import MeasurementError
from venule.measurement.graph import VesselGraph, VesselSegment
from venule.measurement.landmarks import check_sure, find_disc, find_fovea
from venule.measurement.make_graph import make_graph, within_walls
from venule.measurement.plane import Plane
from venule.measurement.tortuosity import Winding
from venule.photograph.arrays import BoolArray, ProbabilityArray
from venule.vessel_map import SURE, Disc, Fovea, Landmarks, VesselMap

Found = TypeVar("Found")
CROSSING = 1.2  # sum of both probabilities above which an artery and a vein cross, and say nothing of either


@dataclass(frozen=True, eq=False)
class Eye:
    """Everything that measurements need; lengths and positions are in pixels of the plane.

    Attributes:
        plane: the vessel map, cut and reduced.
        graph: of all vessels.
        disc: the optic disc, or why it was not found.
        fovea: the centre of the macula, or why it was not found.
    """

    plane: Plane
    graph: VesselGraph
    disc: Disc | MeasurementError
    fovea: Fovea | MeasurementError

    @classmethod
    def of(
        cls,
        found: VesselMap,
        *,
        plane: Plane | None = None,
        field_degrees: float | None = None,
    ) -> Self:
        """The eye that a vessel map shows.

        Args:
            found: the vessel map.
            plane: of it, if it is known already.
            field_degrees: that the field of view spans; it says how large a disc to look for, if the map has no
                landmarks.

        Raises:
            MeasurementError: the field of view is empty.
        """
        plane = plane or Plane.of(found)
        graph, image = graph_of(found, plane), plane.scale.apply_image(found.image)
        if found.landmarks is None:
            disc = _or_error(lambda: find_disc(plane, graph, image, field_degrees=field_degrees))
            seen = None
        else:
            disc, seen = _on_plane(found.landmarks, plane)
        # Where a fovea is not seen, its direction may be known.
        fovea = _or_error(lambda: find_fovea(plane, graph, _or_raise(disc), image)) if seen is None else seen
        return cls(plane, graph, disc, fovea)

    def of_kind(self, kind: Literal["artery", "vein"]) -> Self:
        """The eye with its arteries alone, or with its veins alone.

        Raises:
            MeasurementError: arteries and veins are not known.
        """
        if not self.graph.segments or self.graph.segments[0].artery_probability is None:
            raise MeasurementError("arteries and veins are not known", reason="no-arteries-and-veins")
        chosen = [segment.kind == kind for segment in self.graph.segments]
        vessels = self.plane.vessels & np.array([*chosen, False])[self.nearest_segment]
        return replace(self, plane=replace(self.plane, vessels=vessels), graph=self.graph.part(chosen))

    @cached_property
    def arteries(self) -> Self:
        """The eye with its arteries alone; raises as `of_kind`."""
        return self.of_kind("artery")

    @cached_property
    def veins(self) -> Self:
        """The eye with its veins alone; raises as `of_kind`."""
        return self.of_kind("vein")

    @cached_property
    def nearest_segment(self) -> NDArray[np.intp]:
        """Of each pixel the number of the nearest segment, (height, width); -1 everywhere if there is none."""
        numbers = np.repeat(np.arange(len(self.graph.segments)), [len(s.centreline) for s in self.graph.segments])
        places = tuple(np.rint(self.graph.points).astype(np.intp).T)
        if not len(numbers):
            return np.full(self.plane.fov.shape, -1, np.intp)
        clear = np.ones(self.plane.fov.shape, np.uint8)
        clear[places] = 0
        labels = cv2.distanceTransformWithLabels(clear, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)[1]
        named = np.zeros(int(labels.max()) + 1, np.intp)
        named[labels[places]] = numbers
        return np.asarray(named[labels])

    @cached_property
    def within_walls(self) -> BoolArray:
        """Pixels between the walls of vessels, bool (height, width)."""
        return within_walls(self.plane, self.graph)

    @cached_property
    def windings(self) -> tuple[Winding, ...]:
        """How each segment of the graph winds between its junctions."""
        return tuple(Winding(segment.between_junctions, self.plane.diameter) for segment in self.graph.segments)

    def known_disc(self) -> Disc:
        """The optic disc.

        Raises:
            MeasurementError: it was not found, or is not sure.
        """
        disc = _or_raise(self.disc)
        check_sure(disc)
        return disc

    def known_fovea(self) -> Fovea:
        """The fovea.

        Raises:
            MeasurementError: it was not found.
        """
        return _or_raise(self.fovea)

    def placed_fovea(self) -> Fovea:
        """The fovea, if its position is known and not only its direction from the disc.

        Raises:
            MeasurementError: it was not found, or may lie beyond the edge of the field of view.
        """
        fovea = self.known_fovea()
        if fovea.at_edge:
            raise MeasurementError("the fovea may lie beyond the edge of the field of view", reason="fovea-not-seen")
        return fovea


def _or_error(find: Callable[[], Found]) -> Found | MeasurementError:
    try:
        return find()
    except MeasurementError as error:
        return error.with_traceback(None)  # it would keep the arrays of the frames that it came through


def _or_raise(found: Found | MeasurementError) -> Found:
    if isinstance(found, MeasurementError):
        raise MeasurementError(str(found), reason=found.reason)  # anew: one error object gathers every traceback
    return found


def _on_plane(landmarks: Landmarks, plane: Plane) -> tuple[Disc | MeasurementError, Fovea | None]:
    disc: Disc | MeasurementError = MeasurementError("the photograph shows no optic disc", reason="no-disc")
    if landmarks.disc is not None:
        place, diameter = plane.of_photograph(landmarks.disc.centre), landmarks.disc.diameter / plane.pixel
        disc = replace(landmarks.disc, centre=place, diameter=diameter)
    fovea = landmarks.fovea
    return disc, fovea and replace(fovea, centre=plane.of_photograph(fovea.centre))


def graph_of(found: VesselMap, plane: Plane) -> VesselGraph:
    """The graph of a plane, its segments with their probabilities of being arteries where the map knows them."""
    graph = make_graph(plane)
    artery, vein = found.artery_probability, found.vein_probability
    if artery is None or vein is None or not graph.segments:
        return graph
    certain = bool(np.isin(artery, (0, 0.5, 1)).all())  # somebody drew them
    segments = tuple(
        replace(segment, artery_probability=_artery_probability(plane, segment, artery, vein, certain=certain))
        for segment in graph.segments
    )
    return VesselGraph(graph.nodes, segments)


def _artery_probability(
    plane: Plane, segment: VesselSegment, artery: ProbabilityArray, vein: ProbabilityArray, *, certain: bool
) -> float:
    places = plane.on_photograph(segment.between_junctions)
    rows, columns = np.rint(places).astype(np.intp).clip(0, np.array(artery.shape) - 1).T
    difference = artery[rows, columns] - vein[rows, columns]
    alone = artery[rows, columns] + vein[rows, columns] <= CROSSING
    share = float(0.5 + difference[alone if alone.any() else ...].mean() / 2)
    if certain:
        return 1.0 if share >= SURE else 0.0 if 1 - share >= SURE else 0.5
    return share
