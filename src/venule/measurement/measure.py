"""Measure the vessels of one photograph, in one call."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from venule.errors import MeasurementError
from venule.measurement.dictionary import BY_NAME, MEASUREMENTS, Definition
from venule.measurement.eye import Eye
from venule.measurement.graph import VesselGraph
from venule.measurement.intervals import odds_tried, with_intervals
from venule.measurement.measured import Measured, Value
from venule.measurement.plane import Plane
from venule.measurement.regions import outside_disc, regions
from venule.measurement.scale import Scale
from venule.measurement.section import Section
from venule.photograph import FieldOfView
from venule.photograph.arrays import BoolArray
from venule.photograph.mask import MaskSource
from venule.vessel_map import VesselMap


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
        arteries: a mask of the vessels that are arteries; None: not known.
        veins: a mask of those that are veins; None: not known.

    Returns:
        Every measurement of the dictionary with its 95 % interval, or with the reason why there is none. The optic disc
        and the fovea are looked for in the photograph too; of a mask alone, a disc has a confidence of 0.

    Raises:
        MeasurementError: the field of view is empty, or is given for a vessel map, which has its own.
        MaskError: a mask holds labels or grey levels, is inverted, or has another size than the photograph.
    """
    if not isinstance(found, VesselMap):
        found = VesselMap.from_mask(found, fov=fov)
    elif fov is not None:
        raise MeasurementError("a vessel map has its field of view: give fov with a mask alone")
    scale = scale or Scale()
    eye = Eye.of(found, arteries=arteries, veins=veins, field_degrees=scale.field_degrees)
    sections = regions(eye)
    others = [measure_eye(eye.at_odds(odds), sections) for odds in odds_tried(found)]
    sure = with_intervals(measure_eye(eye, sections), others, drawn=not found.model)
    values = tuple(_on_photograph(value, eye.plane) for value in sure)
    disc = None if isinstance(eye.disc, MeasurementError) else eye.disc
    fovea = None if isinstance(eye.fovea, MeasurementError) else eye.fovea
    if disc:
        disc = replace(disc, centre=_place(disc.centre, eye.plane), diameter=disc.diameter * eye.plane.pixel)
    if fovea:
        fovea = replace(fovea, centre=_place(fovea.centre, eye.plane))
    units = scale.units(fov_diameter=found.fov_diameter, disc_diameter=disc.diameter if disc else None)
    return Measured(values, _graph_on_photograph(eye.graph, eye.plane), disc, fovea, units)


def measure_eye(eye: Eye, sections: Mapping[str, BoolArray | MeasurementError] | None = None) -> list[Value]:
    """Every measurement, in pixels of the plane: the whole field of view, then the regions.

    The optic disc, where it was found, is left out of all: vessels lie over one another there.

    Args:
        eye: to measure.
        sections: its regions, where they are known already.
    """
    outside = outside_disc(eye)
    whole = Section(eye, eye.plane.fov & outside)
    parts = {
        name: region if isinstance(region, MeasurementError) else Section(eye, region & outside)
        for name, region in (sections or regions(eye)).items()
    }
    values = []
    for definition in MEASUREMENTS:
        values.append(_value(definition, "", whole))
        if definition.by_region:
            values += [_value(definition, name, part) for name, part in parts.items()]
    return values


def _value(definition: Definition, region: str, section: Section | MeasurementError) -> Value:
    if isinstance(section, MeasurementError):
        return Value(definition.name, region, None, reason=section.reason)
    try:
        value = float(definition.of(section))
    except MeasurementError as error:
        return Value(definition.name, region, None, reason=error.reason)
    if not np.isfinite(value):
        return Value(definition.name, region, None, reason="not-measurable")
    return Value(definition.name, region, value)


def _on_photograph(value: Value, plane: Plane) -> Value:
    size = plane.pixel ** BY_NAME[value.name].power
    value_, lower, upper = (None if n is None else n * size for n in (value.value, value.lower, value.upper))
    return replace(value, value=value_, lower=lower, upper=upper)


def _place(place: tuple[float, float], plane: Plane) -> tuple[float, float]:
    row, column = plane.on_photograph(np.array([place]))[0]
    return float(row), float(column)


def _graph_on_photograph(graph: VesselGraph, plane: Plane) -> VesselGraph:
    nodes = tuple(replace(node, position=_place(node.position, plane)) for node in graph.nodes)
    segments = tuple(
        replace(s, centreline=plane.on_photograph(s.centreline), calibre=s.calibre * plane.pixel)
        for s in graph.segments
    )
    return VesselGraph(nodes, segments)
