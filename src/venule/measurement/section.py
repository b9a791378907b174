"""A section: the vessels of an eye inside one area, and what measurements need of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import compress
from typing import TypeVar

import numpy as np

from venule.errors import MeasurementError
from venule.measurement.eye import Eye
from venule.measurement.fractal import Dimensions, fractal_dimensions
from venule.measurement.graph import Node, VesselGraph
from venule.measurement.junctions import Junction, junctions
from venule.measurement.plane import Plane
from venule.measurement.regions import Area
from venule.measurement.tortuosity import Winding
from venule.photograph.arrays import BoolArray, FloatArray

Placed = TypeVar("Placed", Node, Junction)


@dataclass(frozen=True, eq=False)
class Section:
    """Vessels within an area of the field of view.

    Attributes:
        eye: that is measured.
        area: of its plane, within the field of view.
    """

    eye: Eye
    area: Area

    @property
    def plane(self) -> Plane:
        """Of the eye."""
        return self.eye.plane

    @property
    def graph(self) -> VesselGraph:
        """Of the whole eye, in pixels of the plane."""
        return self.eye.graph

    @cached_property
    def vessels(self) -> BoolArray:
        """Pixels of the area's box between the walls of vessels, within the area."""
        return self.area.cut(self.eye.within_walls) & self.area.inside

    @cached_property
    def centreline_pixels(self) -> BoolArray:
        """The centrelines within the area as pixels, bool (height, width) of the plane."""
        drawn = np.zeros(self.plane.fov.shape, np.bool_)
        drawn[tuple(np.rint(self.points).astype(np.intp).T)] = True
        return drawn

    @cached_property
    def dimensions(self) -> Dimensions:
        """Fractal dimensions of the centrelines within the area.

        Raises:
            MeasurementError: there are no vessels, or the field of view is too small.
        """
        return fractal_dimensions(self.centreline_pixels, diameter=self.plane.diameter)

    @cached_property
    def _chosen(self) -> BoolArray:
        return self.area.holds(self.graph.points)

    @cached_property
    def points(self) -> FloatArray:
        """Points of centrelines within the area, (points, 2)."""
        return np.asarray(self.graph.points[self._chosen])

    @cached_property
    def calibres(self) -> FloatArray:
        """The calibre at each of `points`."""
        return np.asarray(self.graph.calibres[self._chosen])

    @cached_property
    def weights(self) -> FloatArray:
        """The length of centreline that each of `points` stands for."""
        return np.asarray(self.graph.weights[self._chosen])

    @cached_property
    def windings(self) -> tuple[Winding, ...]:
        """How each segment winds whose middle lies within the area."""
        middles = [segment.centreline[len(segment.centreline) // 2] for segment in self.graph.segments]
        return tuple(compress(self.eye.windings, self.area.holds(np.array(middles).reshape(-1, 2))))

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """Nodes within the area."""
        return self._within(self.graph.nodes)

    @cached_property
    def junctions(self) -> tuple[Junction, ...]:
        """Places within the area where a vessel splits in two."""
        return self._within(junctions(self.graph))

    def _within(self, places: Sequence[Placed]) -> tuple[Placed, ...]:
        positions = np.array([place.position for place in places]).reshape(-1, 2)
        return tuple(compress(places, self.area.holds(positions)))

    def check_vessels(self) -> None:
        """Check that there is a centreline in the area.

        Raises:
            MeasurementError: there is none.
        """
        if not len(self.points):
            raise MeasurementError("there is no vessel in this area", reason="no-vessels")
