"""An eye ready to be measured: its plane, its graph, its optic disc and its fovea."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, Self, TypeVar

from venule.errors import MeasurementError
from venule.measurement.graph import VesselGraph
from venule.measurement.landmarks import check_sure, find_disc, find_fovea
from venule.measurement.make_graph import make_graph, within_walls
from venule.measurement.plane import Plane
from venule.measurement.tortuosity import Winding
from venule.photograph.arrays import BoolArray
from venule.photograph.mask import MaskSource
from venule.vessel_map import Disc, Fovea, VesselMap

Found = TypeVar("Found")


@dataclass(frozen=True, eq=False)
class Eye:
    """Everything that measurements need; lengths and positions are in pixels of the plane.

    Attributes:
        plane: the vessel map, cut and reduced.
        graph: of all vessels.
        disc: the optic disc, or why it was not found.
        fovea: the centre of the macula, or why it was not found.
        arteries: graph of the arteries alone; None where they are not known.
        veins: graph of the veins alone; None where they are not known.
    """

    plane: Plane
    graph: VesselGraph
    disc: Disc | MeasurementError
    fovea: Fovea | MeasurementError
    arteries: VesselGraph | None = None
    veins: VesselGraph | None = None

    @classmethod
    def of(
        cls,
        found: VesselMap,
        *,
        plane: Plane | None = None,
        arteries: MaskSource | None = None,
        veins: MaskSource | None = None,
        field_degrees: float | None = None,
    ) -> Self:
        """The eye that a vessel map shows.

        Args:
            found: the vessel map.
            plane: of it, if it is known already.
            arteries: a mask of the vessels that are arteries; None: those of the vessel map, if it knows them.
            veins: a mask of those that are veins; None: those of the vessel map, if it knows them.
            field_degrees: that the field of view spans; it says how large a disc to look for.

        Raises:
            MeasurementError: the field of view is empty.
            MaskError: arteries or veins are no mask, or have another size than the photograph.
        """
        plane = plane or Plane.of(found)
        graph, image = make_graph(plane), plane.scale.apply_image(found.image)
        disc = _or_error(lambda: find_disc(plane, graph, image, field_degrees=field_degrees))
        fovea = disc if isinstance(disc, MeasurementError) else _or_error(lambda: find_fovea(plane, graph, disc, image))
        kinds = _kind_graph(found, arteries, "artery"), _kind_graph(found, veins, "vein")
        return cls(plane, graph, disc, fovea, *kinds)

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


def _kind_graph(found: VesselMap, mask: MaskSource | None, kind: Literal["artery", "vein"]) -> VesselGraph | None:
    if mask is not None:
        return make_graph(Plane.of(found.redrawn(mask, name="arteries" if kind == "artery" else "veins")))
    return None if found.artery_probability is None else make_graph(Plane.of(found.of_kind(kind)))
