"""Results as layers of napari: (data, attributes, kind)."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from venule.napari.editable_map import EDITABLE, EditableMap
from venule.photograph.arrays import BoolArray, ImageArray
from venule.vessel_map import OVERLAY_COLOUR

LayerData = tuple[Any, dict[str, Any], str]
DERIVED = "venule_shows"  # key in the metadata of layers that are neither a photograph nor vessels
CORNERS = np.array([(-1, -1), (-1, 1), (1, 1), (1, -1)]) / 2  # of a box of size 1
KINDS = {"end": "#ffd166", "branching": "#ff5fa2", "crossing": "#ffffff", "ring": "#9d8cff"}
_VESSEL = tuple(part / 255 for part in OVERLAY_COLOUR)
_FOV = "#ffd166"
_OTHER = "#ff00ff"  # labels other than 0 and 1
_LINES_ACROSS = 400  # a line is 1/400 of the longer side of the photograph wide


def photograph_layer(image: ImageArray, *, name: str, known: Mapping[str, Any] | None = None) -> LayerData:
    """A photograph, with the scale and the eye that are known from its file."""
    return image, {"name": name, "rgb": True, "metadata": dict(known or {})}, "image"


def vessels_layer(vessels: BoolArray, *, name: str, editable: EditableMap | None = None) -> LayerData:
    """A vessel map that can be corrected: 1 is vessel; and the map behind it, unless it was read from a file."""
    colours = {None: _OTHER, 0: "transparent", 1: _VESSEL}
    about = {"name": name, "colormap": colours, "metadata": {EDITABLE: editable} if editable else {}}
    return vessels.astype(np.uint8), about, "labels"


def fov_layer(fov: BoolArray, *, name: str) -> LayerData:
    """The outline of a field of view."""
    colours = {None: _OTHER, 0: "transparent", 1: _FOV}
    about = {
        "name": name,
        "colormap": colours,
        "contour": _line(np.array(fov.shape)),
        "metadata": {DERIVED: "field of view"},
    }
    return fov.astype(np.uint8), about, "labels"


def probability_layer(probability: NDArray[np.float32], *, name: str) -> LayerData:
    """The probability of vessel; hidden at first, because it covers the photograph."""
    look = {"colormap": "inferno", "contrast_limits": (0.0, 1.0), "visible": False}
    about = {"name": name, **look, "metadata": {DERIVED: "probability"}}
    return probability, about, "image"


def graph_layers(described: Mapping[str, Any], *, name: str) -> list[LayerData]:
    """Centrelines coloured by calibre, their ends and junctions, and disc and fovea; empty layers are left out.

    Args:
        described: as in NAME_graph.json; lengths and positions in pixels of the photograph, (row, column).
        name: prefix of the names of the layers.
    """
    layers = [make(described, name) for make in (_centrelines, _nodes, _landmarks)]
    return [(data, {**about, "metadata": {DERIVED: "graph"}}, kind) for data, about, kind in layers if len(data)]


def _centrelines(described: Mapping[str, Any], name: str) -> LayerData:
    nodes, segments = described["nodes"], described["segments"]
    lines = [np.array(segment["centreline"], float) for segment in segments]
    features = {
        "segment": np.arange(len(segments)),
        "calibre_mean_px": np.array([np.mean(segment["calibre"]) for segment in segments]).round(2),
        "length_px": np.array([np.linalg.norm(np.diff(line, axis=0), axis=1).sum() for line in lines]).round(1),
        "start_kind": [nodes[segment["start"]]["kind"] for segment in segments],
        "end_kind": [nodes[segment["end"]]["kind"] for segment in segments],
    }
    about = {
        "name": f"{name}_centrelines",
        "shape_type": "path",
        "features": features,
        "edge_color": "calibre_mean_px",
        "edge_colormap": "viridis",
        "edge_width": _line(*lines),
    }
    return lines, about, "shapes"


def _nodes(described: Mapping[str, Any], name: str) -> LayerData:
    nodes = described["nodes"]
    places = np.array([(node["row"], node["column"]) for node in nodes], float).reshape(-1, 2)
    about = {
        "name": f"{name}_nodes",
        "features": {"kind": [node["kind"] for node in nodes]},
        "face_color": "kind",
        "face_color_cycle": KINDS,
        "border_width": 0,
        "size": 3 * _line(places),
    }
    return places, about, "points"


def _landmarks(described: Mapping[str, Any], name: str) -> LayerData:
    found = {what: described[what] for what in ("disc", "fovea") if described.get(what)}
    # A fovea is found through the disc, never without one.
    across = [one.get("diameter", described["disc"]["diameter"] / 6) for one in found.values()]
    boxes = [one["centre"] + CORNERS * size for one, size in zip(found.values(), across, strict=True)]
    about = {
        "name": f"{name}_landmarks",
        "shape_type": "ellipse",
        "features": {"landmark": list(found), "confidence": [one["confidence"] for one in found.values()]},
        "edge_color": "#ffffff",
        "face_color": "transparent",
        "edge_width": _line(*boxes),
        "text": {"string": "{landmark}", "color": "#ffffff", "size": 9, "anchor": "upper_left"},
    }
    return boxes, about, "shapes"


def _line(*places: NDArray[Any]) -> int:
    """A line width in pixels that is visible at the largest coordinate."""
    largest = max((float(place.max(initial=0)) for place in places), default=0.0)
    return max(1, round(largest / _LINES_ACROSS))
