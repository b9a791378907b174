"""Layers of the viewer, and work in the background, for the widgets."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from napari.layers import Layer
from napari.qt.threading import create_worker
from napari.utils.notifications import show_error

from venule.errors import VenuleError
from venule.napari.layers import DERIVED, LayerData

T = TypeVar("T")
PHOTOGRAPH_ID = "photograph"  # key of the id of the photograph's layer, in the metadata of a layer of vessels


def layers_of(viewer: Any, kind: type[Layer]) -> list[Any]:
    """The layers of a kind, `Image` for photographs or `Labels` for vessels, from bottom to top."""
    return [layer for layer in viewer.layers if isinstance(layer, kind) and DERIVED not in layer.metadata]


def photograph_behind(viewer: Any, vessels: Any) -> Any:
    """The layer of the photograph that vessels were found in; None: it was removed, or is not known."""
    behind = vessels.metadata.get(PHOTOGRAPH_ID)
    return next((layer for layer in viewer.layers if layer.unique_id == behind), None)


def add_layer(viewer: Any, layer: LayerData, *, placed: dict[str, Any] | None = None) -> Any:
    """Add a layer to a viewer; a graph replaces an older one of the same name.

    Args:
        viewer: the viewer.
        layer: data, attributes and kind.
        placed: position and scale, from `placement_of`; None: a pixel is a unit.

    Returns:
        The layer of napari.
    """
    data, attributes, kind = layer
    if attributes.get("metadata", {}).get(DERIVED) == "graph":
        _remove_graph(viewer, attributes["name"])
    contour = attributes.get("contour", 0)  # napari sets it on an existing layer only
    given = {name: value for name, value in attributes.items() if name != "contour"}
    added = viewer.add_layer(Layer.create(data, {**given, **(placed or {})}, kind))
    if contour:
        added.contour = contour
    return added


def placement_of(layer: Any) -> dict[str, Any]:
    """Position, scale and units of a layer."""
    return {name: getattr(layer, name) for name in ("scale", "translate", "rotate", "shear", "affine", "units")}


def in_background(work: Callable[[], T], *, doing: str, done: Callable[[T], None], ended: Callable[[], None]) -> None:
    """Call a function in a thread, with a progress entry in napari's activity dock.

    The message of a VenuleError is shown.

    Args:
        work: the function.
        doing: text of the progress entry.
        done: called with the result, in the thread of the viewer.
        ended: called after that, or after an error.
    """

    def guarded() -> T | _Refused:
        # Not by the error signal of the worker: napari 0.9 fails on it and shows another error.
        try:
            return work()
        except VenuleError as error:
            return _Refused(str(error))

    def returned(result: T | _Refused) -> None:
        if isinstance(result, _Refused):
            show_error(result.message)
        else:
            done(result)

    create_worker(guarded, _connect={"returned": returned, "finished": ended}, _progress={"desc": doing})


@dataclass(frozen=True)
class _Refused:
    message: str


def _remove_graph(viewer: Any, name: str) -> None:
    for layer in list(viewer.layers):
        if layer.name == name and layer.metadata.get(DERIVED) == "graph":
            viewer.layers.remove(layer)
