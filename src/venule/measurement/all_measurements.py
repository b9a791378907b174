"""Measure the vessels of one photograph, in one call."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import numpy as np

from venule.errors import MeasurementError
from venule.measurement.dictionary import BY_NAME, MEASUREMENTS, Definition
from venule.measurement.eye import Eye, graph_of
from venule.measurement.graph import VesselGraph
from venule.measurement.intervals import odds_tried, with_intervals
from venule.measurement.measured import Measured, Value
from venule.measurement.plane import Plane
from venule.measurement.regions import KINDS, Area, Section, areas, sections
from venule.measurement.scale import Scale
from venule.photograph import FieldOfView
from venule.photograph.mask import MaskSource
from venule.vessel_map import Landmarks, VesselMap

EQUIVALENTS = ("crae", "crve", "avr")
DRAWS = 6  # of the kinds of the segments


def measure(
    found: VesselMap | MaskSource,
    *,
    fov: FieldOfView | MaskSource | None = None,
    scale: Scale | None = None,
    arteries: MaskSource | None = None,
    veins: MaskSource | None = None,
) -> Measured:
    """Measure the vessels of a photograph.

    Args:
        found: the vessel map, from `venule.segment`; or a mask of vessels, an array or a file of False and True, 0 and
            1, or 0 and 255 (see `venule.photograph.read_mask`).
        fov: the field of view of a mask, as such a mask; None: the whole frame, its longer side as the diameter.
        scale: what is known of the size of a pixel; None: nothing.
        arteries: a mask of the vessels that are arteries; None: those of the vessel map, if it knows them.
        veins: a mask of those that are veins; None: those of the vessel map, if it knows them.

    Returns:
        Every measurement of the dictionary with its 95 % interval, or with the reason why there is none. Disc and fovea
        are looked for in the photograph, too; of a mask alone, the disc is not sure, and nothing is measured about it.

    Raises:
        MeasurementError: the field of view is empty, or is given for a vessel map, which has its own; or by the scale,
            it would show more or less than any eye.
        MaskError: a mask holds labels or grey levels, is inverted, or has another size than the photograph.

    Example:
        >>> measured = venule.measure(found)
        >>> 0.05 < measured["vessel_density"] < 0.2
        True
        >>> venule.measure(phantom.vessels, fov=phantom.fov)["calibre_p90_px"] > 1
        True
    """
    if not isinstance(found, VesselMap):
        found = VesselMap.from_mask(found, fov=fov)
    elif fov is not None:
        raise MeasurementError("a vessel map has its field of view: give fov with a mask alone")
    scale = scale or Scale()
    scale.check(fov_diameter=found.fov_diameter)
    if arteries is not None or veins is not None:
        found = found.with_kinds(arteries, veins)
    plane = Plane.of(found)
    others = [plane.at_odds(odds) for odds in odds_tried(found)]
    with ThreadPoolExecutor() as threads:
        graphs = threads.map(partial(graph_of, found), others)
        eye = Eye.of(found, plane=plane, field_degrees=scale.field_degrees)
        looked_at = areas(eye)
        eyes = [eye, *(replace(eye, plane=other, graph=graph) for other, graph in zip(others, graphs, strict=True))]
        measuring = threads.map(partial(measure_eye, looked_at=looked_at), eyes)
        kinds = threads.map(partial(measure_eye, looked_at=looked_at, kinds_only=True), kinds_drawn(eye))
        own, *tried = [*measuring, *kinds]
    sure = with_intervals(own, tried, drawn=not found.model)
    values = tuple(value.times(eye.plane.pixel ** BY_NAME[value.name].power) for value in sure)
    landmarks = _landmarks(eye)
    disc_diameter = next(value for value in values if value.name == "disc_diameter")
    units = scale.units(fov_diameter=found.fov_diameter, disc_diameter=disc_diameter.value)
    reasons = {} if units else dict.fromkeys(scale.unit_names, disc_diameter.reason)
    return Measured(values, _graph_on_photograph(eye.graph, eye.plane), landmarks, units, reasons)


def kinds_drawn(eye: Eye) -> list[Eye]:
    """The eye as it may be: each segment an artery or a vein, drawn by its probability; none where all are certain."""
    probabilities = [segment.artery_probability for segment in eye.graph.segments]
    if all(one is None or one in (0, 1) for one in probabilities):
        return []
    rng = np.random.default_rng(0)
    return [replace(eye, graph=_with_kinds_drawn(eye.graph, rng)) for _ in range(DRAWS)]


def _with_kinds_drawn(graph: VesselGraph, rng: np.random.Generator) -> VesselGraph:
    chances = rng.random(len(graph.segments))
    segments = (
        replace(segment, artery_probability=float(chance < (segment.artery_probability or 0)))
        for segment, chance in zip(graph.segments, chances, strict=True)
    )
    return VesselGraph(graph.nodes, tuple(segments))


def measure_eye(
    eye: Eye, looked_at: Mapping[str, Area | MeasurementError] | None = None, *, kinds_only: bool = False
) -> list[Value]:
    """Every measurement, in pixels of the plane: the whole field of view, then the regions.

    The optic disc, where it was found, is left out of all: vessels lie over one another there.

    Args:
        eye: to measure.
        looked_at: its areas, where they are known already.
        kinds_only: measure only what depends on which vessels are arteries; the others have no value.
    """
    parts = sections(eye, looked_at or areas(eye))
    return [
        _value(definition, region, parts[region])
        if not kinds_only or region.startswith(tuple(KINDS)) or definition.name in EQUIVALENTS
        else Value(definition.name, region, None)
        for definition in MEASUREMENTS
        for region in definition.regions
    ]


def _value(definition: Definition, region: str, section: Section | MeasurementError) -> Value:
    if isinstance(section, MeasurementError):
        return Value(definition.name, region, None, reason=section.reason)
    try:
        value = float(definition.of(section))
    except MeasurementError as error:
        return Value(definition.name, region, None, reason=error.reason)
    if not np.isfinite(value):
        return Value(definition.name, region, None, reason="not-measurable")
    lowest = None if definition.lowest is None else definition.lowest(section)
    return Value(definition.name, region, value, lower=lowest)


def _landmarks(eye: Eye) -> Landmarks:
    """Disc and fovea, as far as they were found, on the photograph."""
    disc = None if isinstance(eye.disc, MeasurementError) else eye.disc
    fovea = None if isinstance(eye.fovea, MeasurementError) else eye.fovea
    if disc:
        disc = replace(disc, centre=_place(disc.centre, eye.plane), diameter=disc.diameter * eye.plane.pixel)
    if fovea:
        fovea = replace(fovea, centre=_place(fovea.centre, eye.plane))
    return Landmarks(disc, fovea)


def _place(place: tuple[float, float], plane: Plane) -> tuple[float, float]:
    row, column = plane.on_photograph(np.array([place]))[0]
    return float(row), float(column)


def _graph_on_photograph(graph: VesselGraph, plane: Plane) -> VesselGraph:
    positions = plane.on_photograph(np.array([node.position for node in graph.nodes]).reshape(-1, 2)).tolist()
    nodes = tuple(
        replace(node, position=(row, column)) for node, (row, column) in zip(graph.nodes, positions, strict=True)
    )
    ends = np.cumsum([len(segment.centreline) for segment in graph.segments])
    lines = np.split(plane.on_photograph(graph.points), ends[:-1]) if len(ends) else []
    segments = tuple(
        replace(segment, centreline=line, calibre=segment.calibre * plane.pixel)
        for segment, line in zip(graph.segments, lines, strict=True)
    )
    return VesselGraph(nodes, segments)
