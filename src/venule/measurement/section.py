"""A section: the part of an eye that a measurement looks at."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from venule.errors import MeasurementError
from venule.measurement.eye import Eye
from venule.measurement.fractal import Dimensions, fractal_dimensions
from venule.measurement.graph import Node, VesselGraph, VesselSegment
from venule.measurement.plane import Plane
from venule.photograph.arrays import BoolArray, FloatArray


@dataclass(frozen=True, eq=False)
class Section:
    """Vessels within a region of the field of view.

    Attributes:
        eye: that is measured.
        region: bool (height, width); what lies outside the field of view does not count.
    """

    eye: Eye
    region: BoolArray

    @property
    def plane(self) -> Plane:
        """Of the eye."""
        return self.eye.plane

    @property
    def graph(self) -> VesselGraph:
        """Of the whole eye, in pixels of the plane."""
        return self.eye.graph

    @cached_property
    def area(self) -> float:
        """Of the region inside the field of view, in pixels.

        Raises:
            MeasurementError: the region lies outside the field of view.
        """
        area = float(np.count_nonzero(self._seen))
        if not area:
            raise MeasurementError("the region lies outside the field of view", reason="region-not-seen")
        return area

    @cached_property
    def vessels(self) -> BoolArray:
        """Pixels between the walls of vessels, within the region, bool (height, width)."""
        return self.eye.within_walls & self.region

    @cached_property
    def centreline_pixels(self) -> BoolArray:
        """The centrelines within the region as pixels, bool (height, width)."""
        drawn = np.zeros(self.region.shape, np.bool_)
        drawn[tuple(np.rint(self.points).astype(np.intp).T)] = True
        return drawn

    @cached_property
    def dimensions(self) -> Dimensions:
        """Fractal dimensions of the centrelines within the region.

        Raises:
            MeasurementError: there are no vessels, or the field of view is too small.
        """
        return fractal_dimensions(self.centreline_pixels, diameter=self.plane.diameter)

    @cached_property
    def _seen(self) -> BoolArray:
        return self.region & self.plane.fov

    @cached_property
    def _chosen(self) -> BoolArray:
        return self.holds(self.graph.points)

    @cached_property
    def points(self) -> FloatArray:
        """Points of centrelines within the region, (points, 2)."""
        return np.asarray(self.graph.points[self._chosen])

    @cached_property
    def calibres(self) -> FloatArray:
        """The calibre at each of `points`."""
        return np.asarray(self.graph.calibres[self._chosen])

    @cached_property
    def weights(self) -> FloatArray:
        """The length that each of `points` stands for."""
        return np.asarray(self.graph.weights[self._chosen])

    @cached_property
    def segments(self) -> tuple[VesselSegment, ...]:
        """Segments whose middle lies within the region."""
        middles = np.array([s.centreline[len(s.centreline) // 2] for s in self.graph.segments]).reshape(-1, 2)
        return tuple(s for s, kept in zip(self.graph.segments, self.holds(middles), strict=True) if kept)

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """Nodes within the region."""
        places = np.array([node.position for node in self.graph.nodes]).reshape(-1, 2)
        return tuple(node for node, kept in zip(self.graph.nodes, self.holds(places), strict=True) if kept)

    def holds(self, points: FloatArray) -> BoolArray:
        """Whether each of (n, 2) points lies within the region and the field of view, bool (n,)."""
        height, width = self.region.shape
        rows, columns = np.rint(points).astype(np.intp).T
        inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
        rows, columns = np.clip(rows, 0, height - 1), np.clip(columns, 0, width - 1)
        return np.asarray(inside & self._seen[rows, columns])

    def check_vessels(self) -> None:
        """See that there is a centreline to measure.

        Raises:
            MeasurementError: there is none.
        """
        if not len(self.points):
            raise MeasurementError("no vessel was found there", reason="no-vessels")
