"""The regions of the retina that are measured, and the vessels in each."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import compress
from typing import Any, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from venule.errors import MeasurementError
from venule.measurement.eye import Eye
from venule.measurement.fractal import Dimensions, fractal_dimensions
from venule.measurement.graph import Node
from venule.measurement.junctions import Junction, junctions
from venule.measurement.plane import Plane
from venule.measurement.tortuosity import Winding
from venule.photograph.arrays import BoolArray, FloatArray
from venule.vessel_map import Disc, Fovea

# Radii in disc diameters about the disc's centre; the rim is at 0.5 (Knudtson et al. 2003; zone C: Cheung et al. 2010).
ZONES = {"zone_b": (1.0, 1.5), "zone_c": (1.0, 2.5)}
# Radii in disc diameters about the fovea: 500, 1500 and 3000 um, as the ETDRS (1991) takes a disc for 1500 um.
ETDRS = (1 / 3, 1.0, 2.0)
SECTORS = ("temporal", "inferior", "nasal", "superior")
LEAST_SEEN = 0.75  # of the area of a region: the share that must lie in the field of view

Placed = TypeVar("Placed", Node, Junction)

PLACES = {
    "zone_b": "ring about the optic disc, 0.5 to 1 disc diameter from its rim",
    "zone_c": "ring about the optic disc, 0.5 to 2 disc diameters from its rim",
    "superior": "above the line through disc and fovea",
    "inferior": "below the line through disc and fovea",
    "temporal": "temporal of the disc's centre",
    "nasal": "nasal of the disc's centre",
    "etdrs_centre": "within 1/3 disc diameter of the fovea",
    **{
        f"etdrs_{ring}_{sector}": f"{far} from the fovea, {sector} quarter"
        for ring, far in (("inner", "1/3 to 1 disc diameter"), ("outer", "1 to 2 disc diameters"))
        for sector in SECTORS
    },
}
KINDS = {"arteries": "arteries alone", "veins": "veins alone"}
REGIONS = {
    **PLACES,
    **KINDS,
    **{f"{kind}_{zone}": f"{only}, {PLACES[zone]}" for kind, only in KINDS.items() for zone in ZONES},
}


def regions(eye: Eye) -> dict[str, BoolArray | MeasurementError]:
    """Every region of `PLACES`, bool (height, width), or the reason why it cannot be measured.

    Three quarters of a zone, or of a field of the ETDRS grid, must lie in the field of view.
    """
    found: dict[str, BoolArray | MeasurementError] = {}
    try:
        disc = eye.known_disc()
        found |= _zones(eye.plane, disc)
        found |= _halves(eye.plane, disc, eye.known_fovea())
        return found | _etdrs(eye.plane, disc, eye.placed_fovea())
    except MeasurementError as error:  # what comes after needs what is missing
        return dict.fromkeys(PLACES, error.with_traceback(None)) | found


@dataclass(frozen=True, eq=False)
class Area:
    """A part of a plane, cut to the smallest box around it.

    Attributes:
        inside: bool, the box: which of its pixels belong to the area.
        corner: (row, column) of the box's first pixel in the plane.
        size: pixels in the area, at least one.
    """

    inside: BoolArray
    corner: tuple[int, int]
    size: int

    @classmethod
    def of(cls, mask: BoolArray) -> Self:
        """The area of a mask, bool (height, width) of the plane.

        Raises:
            MeasurementError: no pixel belongs to it.
        """
        rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
        if not len(rows):
            raise MeasurementError("the region lies outside the field of view", reason="region-not-seen")
        top, left = int(rows[0]), int(columns[0])
        inside = mask[top : int(rows[-1]) + 1, left : int(columns[-1]) + 1]
        return cls(inside, (top, left), int(np.count_nonzero(inside)))

    def cut(self, plane: NDArray[Any]) -> NDArray[Any]:
        """The box of an array (height, width, ...) of the plane."""
        (top, left), (height, width) = self.corner, self.inside.shape
        return plane[top : top + height, left : left + width]

    def holds(self, points: FloatArray) -> BoolArray:
        """Whether each of (n, 2) points of the plane lies within the area, bool (n,)."""
        pixels = np.rint(points).astype(np.intp) - self.corner
        held: BoolArray = np.all((pixels >= 0) & (pixels < self.inside.shape), axis=1)
        held[held] = self.inside[tuple(pixels[held].T)]
        return held


def areas(eye: Eye) -> dict[str, Area | MeasurementError]:
    """All areas that are measured: "" is the whole field of view; the others are those of `PLACES`.

    The optic disc belongs to none. In place of an area that cannot be measured stands the reason.
    """
    seen = eye.plane.fov & outside_disc(eye)
    found: dict[str, Area | MeasurementError] = {}
    for name, region in {"": eye.plane.fov, **regions(eye)}.items():
        try:
            found[name] = region if isinstance(region, MeasurementError) else Area.of(region & seen)
        except MeasurementError as error:
            found[name] = error.with_traceback(None)
    return found


def outside_disc(eye: Eye) -> BoolArray:
    """Everything but the optic disc, bool (height, width); all, if the disc was not found or is uncertain."""
    try:
        disc = eye.known_disc()
    except MeasurementError:
        return np.ones(eye.plane.fov.shape, np.bool_)
    return np.asarray(_away(eye.plane, disc.centre) > disc.diameter / 2)


@dataclass(frozen=True, eq=False)
class Section:
    """Vessels within an area of the field of view.

    Attributes:
        eye: that is measured.
        area: of its plane, within the field of view.
    """

    eye: Eye
    area: Area

    @cached_property
    def vessels(self) -> BoolArray:
        """Pixels of the area's box between the walls of vessels, within the area."""
        return self.area.cut(self.eye.within_walls) & self.area.inside

    @cached_property
    def centreline_pixels(self) -> BoolArray:
        """The centrelines within the area as pixels, bool (height, width) of the plane."""
        drawn = np.zeros(self.eye.plane.fov.shape, np.bool_)
        drawn[tuple(np.rint(self.points).astype(np.intp).T)] = True
        return drawn

    @cached_property
    def dimensions(self) -> Dimensions:
        """Fractal dimensions of the centrelines within the area.

        Raises:
            MeasurementError: there are no vessels, or the field of view is too small.
        """
        return fractal_dimensions(self.centreline_pixels, diameter=self.eye.plane.diameter)

    @cached_property
    def _chosen(self) -> BoolArray:
        return self.area.holds(self.eye.graph.points)

    @cached_property
    def points(self) -> FloatArray:
        """Points of centrelines within the area, (points, 2)."""
        return np.asarray(self.eye.graph.points[self._chosen])

    @cached_property
    def calibres(self) -> FloatArray:
        """The calibre at each of `points`."""
        return np.asarray(self.eye.graph.calibres[self._chosen])

    @cached_property
    def weights(self) -> FloatArray:
        """The length of centreline that each of `points` stands for."""
        return np.asarray(self.eye.graph.weights[self._chosen])

    @cached_property
    def windings(self) -> tuple[Winding, ...]:
        """How each segment winds whose middle lies within the area."""
        middles = [segment.centreline[len(segment.centreline) // 2] for segment in self.eye.graph.segments]
        return tuple(compress(self.eye.windings, self.area.holds(np.array(middles).reshape(-1, 2))))

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """Nodes within the area."""
        return self._within(self.eye.graph.nodes)

    @cached_property
    def junctions(self) -> tuple[Junction, ...]:
        """Places within the area where a vessel splits in two."""
        return self._within(junctions(self.eye.graph))

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


def sections(eye: Eye, looked_at: Mapping[str, Area | MeasurementError]) -> dict[str, Section | MeasurementError]:
    """The vessels of every region of `REGIONS`, and of the whole field of view, "".

    Args:
        eye: to measure.
        looked_at: its areas.
    """
    found: dict[str, Section | MeasurementError] = {
        name: area if isinstance(area, MeasurementError) else Section(eye, area) for name, area in looked_at.items()
    }
    for kind in KINDS:
        try:
            alone = eye.arteries if kind == "arteries" else eye.veins
        except MeasurementError as error:
            found |= {region: error.with_traceback(None) for region in REGIONS if region.startswith(kind)}
            continue
        for place in ("", *ZONES):
            area = looked_at[place]
            section = area if isinstance(area, MeasurementError) else Section(alone, area)
            found[f"{kind}_{place}" if place else kind] = section
    return found


def _zones(plane: Plane, disc: Disc) -> dict[str, BoolArray | MeasurementError]:
    away = _away(plane, disc.centre) / disc.diameter
    return {
        name: _if_seen(plane, (away >= low) & (away < high), math.pi * (high**2 - low**2) * disc.diameter**2)
        for name, (low, high) in ZONES.items()
    }


def _halves(plane: Plane, disc: Disc, fovea: Fovea) -> dict[str, BoolArray | MeasurementError]:
    along, across = _axes(plane, disc, fovea, origin=disc.centre)
    return {"superior": across > 0, "inferior": across <= 0, "temporal": along > 0, "nasal": along <= 0}


def _etdrs(plane: Plane, disc: Disc, fovea: Fovea) -> dict[str, BoolArray | MeasurementError]:
    away = _away(plane, fovea.centre) / disc.diameter
    along, across = _axes(plane, disc, fovea, origin=fovea.centre)
    quarter = np.round(np.degrees(np.arctan2(-across, along)) / 90).astype(np.int8) % 4  # 0 temporal, then downwards
    centre, inner, outer = ETDRS
    size = math.pi * disc.diameter**2
    fields = {"etdrs_centre": _if_seen(plane, away < centre, size * centre**2)}
    for ring, low, high in (("inner", centre, inner), ("outer", inner, outer)):
        for number, sector in enumerate(SECTORS):
            field = (away >= low) & (away < high) & (quarter == number)
            fields[f"etdrs_{ring}_{sector}"] = _if_seen(plane, field, size * (high**2 - low**2) / 4)
    return fields


def _away(plane: Plane, centre: tuple[float, float]) -> FloatArray:
    rows, columns = _grid(plane)
    return np.asarray(np.hypot(rows - np.float32(centre[0]), columns - np.float32(centre[1])))


def _axes(plane: Plane, disc: Disc, fovea: Fovea, *, origin: tuple[float, float]) -> tuple[FloatArray, FloatArray]:
    """Distance of every pixel from an origin, along the line from disc to fovea, and above it in the photograph."""
    down, right = fovea.centre[0] - disc.centre[0], fovea.centre[1] - disc.centre[1]
    length = math.hypot(down, right)
    down, right = down / length, right / length
    side = 1.0 if right >= 0 else -1.0
    rows, columns = _grid(plane)
    y, x = rows - np.float32(origin[0]), columns - np.float32(origin[1])
    ahead, aside = np.float32(down), np.float32(right)
    return y * ahead + x * aside, np.float32(side) * (x * ahead - y * aside)


def _grid(plane: Plane) -> tuple[FloatArray, FloatArray]:
    """Rows and columns in 32 bits: exact to a thousandth of a pixel, with half of the memory."""
    height, width = plane.fov.shape
    return np.arange(height, dtype=np.float32)[:, None], np.arange(width, dtype=np.float32)[None]


def _if_seen(plane: Plane, region: BoolArray, area: float) -> BoolArray | MeasurementError:
    if np.count_nonzero(region & plane.fov) >= LEAST_SEEN * area:
        return region
    return MeasurementError("less than three quarters of the region lie in the field of view", reason="region-not-seen")
