"""Measurements of a vessel map: skeleton, graph, calibres, tortuosity, branching, dimensions, disc, fovea, quality."""

from venule.measurement.all_measurements import measure
from venule.measurement.dictionary import BY_NAME, MEASUREMENTS, Definition
from venule.measurement.graph import Node, VesselGraph, VesselSegment
from venule.measurement.measured import Measured, Value, table_columns
from venule.measurement.quality import Properties, Quality, assess_quality
from venule.measurement.regions import REGIONS
from venule.measurement.scale import Scale

__all__ = [
    "BY_NAME",
    "MEASUREMENTS",
    "REGIONS",
    "Definition",
    "Measured",
    "Node",
    "Properties",
    "Quality",
    "Scale",
    "Value",
    "VesselGraph",
    "VesselSegment",
    "assess_quality",
    "measure",
    "table_columns",
]
