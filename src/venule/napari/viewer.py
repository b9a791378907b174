"""What the widgets do with napari's viewer: layers of it, new layers, and work that does not keep it waiting."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from napari.layers import Layer
from napari.qt.threading import create_worker
from napari.utils.notifications import show_error

from venule.errors import VenuleError
from venule.napari.layers import NOT_MEANT, LayerData

T = TypeVar("T")
BEHIND = "photograph"  # under which a layer of vessels has the id of the layer that they were found in


def layers_of(viewer: Any, kind: type[Layer]) -> list[Any]:
    """The layers of a kind, `Image` for photographs or `Labels` for vessels, from the lowest to the topmost."""
    return [layer for layer in viewer.layers if isinstance(layer, kind) and NOT_MEANT not in layer.metadata]


def photograph_behind(viewer: Any, vessels: Any) -> Any:
    """The layer of the photograph that vessels were found in; None where it is gone, or was never known."""
    behind = vessels.metadata.get(BEHIND)
    return next((layer for layer in viewer.layers if layer.unique_id == behind), None)


def add_layer(viewer: Any, layer: LayerData, *, placed: dict[str, Any] | None = None) -> Any:
    """Add a layer to a viewer; a graph in place of an older one of the same name.

    Args:
        viewer: to add it to.
        layer: data, attributes and kind.
        placed: where in the viewer it lies, as `placement_of` gives it; None: a pixel is a unit.

    Returns:
        napari's layer.
    """
    data, attributes, kind = layer
    if attributes.get("metadata", {}).get(NOT_MEANT) == "graph":
        _remove_graph(viewer, attributes["name"])
    contour = attributes.get("contour", 0)  # which napari takes of a layer that is there, but not of a new one
    given = {name: value for name, value in attributes.items() if name != "contour"}
    added = viewer.add_layer(Layer.create(data, {**given, **(placed or {})}, kind))
    if contour:
        added.contour = contour
    return added


def placement_of(layer: Any) -> dict[str, Any]:
    """Where in its viewer a layer lies, and in which units."""
    return {name: getattr(layer, name) for name in ("scale", "translate", "rotate", "shear", "affine", "units")}


def in_background(work: Callable[[], T], *, doing: str, done: Callable[[T], None], ended: Callable[[], None]) -> None:
    """Do something in a thread of its own, and say in napari's activity dock that it is being done.

    An error that venule raises on purpose is told in its words.

    Args:
        work: what to do.
        doing: what napari says meanwhile.
        done: takes the result, in the thread of the viewer.
        ended: called after that, or after an error.
    """

    def guarded() -> T | _Refused:
        # Not by way of the worker's own signal: napari 0.9 stumbles over it, and shows that as an error of its own.
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
        if layer.name == name and layer.metadata.get(NOT_MEANT) == "graph":
            viewer.layers.remove(layer)
