"""What the widgets share: layers of the viewer, work in the background, and opening photographs."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

import napari
from magicgui.widgets import ComboBox, Container, Label, PushButton
from napari.layers import Image, Layer
from napari.qt.threading import create_worker
from napari.utils.notifications import show_error
from qtpy.QtWidgets import QFileDialog

from venule.errors import VenuleError
from venule.napari.files import read_photograph
from venule.napari.layers import DERIVED, LayerData
from venule.workflows import PHOTOGRAPH_SUFFIXES

T = TypeVar("T")
PHOTOGRAPH_ID = "photograph"  # key of the id of the photograph's layer, in the metadata of a layer of vessels


class Panel(Container):
    """A widget with a choice of the photograph, a button that starts work in the background, and a line of text."""

    def __init__(self, viewer: "napari.viewer.Viewer", button: str) -> None:
        super().__init__(labels=False)
        self._viewer = viewer
        self.photograph = self._choice_of("photograph", Image)
        self.start = PushButton(text=button)
        self.message = Label(value="")
        self.message.native.setWordWrap(True)

    def _choice_of(self, label: str, kind: type[Layer]) -> ComboBox:
        return ComboBox(label=label, choices=lambda _: layers_of(self._viewer, kind))

    def _add_form(self, *widgets: Any) -> None:
        form = Container(widgets=widgets)
        form.margins = (0, 0, 0, 0)
        self.append(form)

    def _in_background(self, work: Callable[[], T], *, doing: str, done: Callable[[T], None]) -> None:
        """Call a function in a thread, with a progress entry in napari's activity dock.

        The button is off for as long, and `doing` is shown. `done` is called with the result in the thread of the
        viewer; or else the message of a VenuleError is shown.
        """

        def guarded() -> Callable[[], None]:
            # Not by the error signal of the worker: napari 0.9 fails on it and shows another error.
            try:
                return partial(done, work())
            except VenuleError as error:
                return partial(show_error, str(error))

        def finished() -> None:
            self.start.enabled = True
            if self.message.value == f"{doing} ...":
                self.message.value = ""

        self.start.enabled = False
        self.message.value = f"{doing} ..."
        create_worker(
            guarded, _connect={"returned": lambda then: then(), "finished": finished}, _progress={"desc": doing}
        )


def layers_of(viewer: Any, kind: type[Layer]) -> list[Any]:
    """The layers of a kind, `Image` for photographs or `Labels` for vessels, from bottom to top."""
    return [layer for layer in viewer.layers if isinstance(layer, kind) and DERIVED not in layer.metadata]


def photograph_behind(viewer: Any, vessels: Any) -> Any:
    """The layer of the photograph that vessels were found in; None: it was removed, or is not known."""
    behind = vessels.metadata.get(PHOTOGRAPH_ID)
    return next((layer for layer in viewer.layers if layer.unique_id == behind), None)


def add_layer(viewer: Any, layer: LayerData, *, placed: Any = None) -> Any:
    """Add a layer to a viewer, where and in the units that another one is; a graph replaces one of the same name."""
    data, attributes, kind = layer
    if attributes.get("metadata", {}).get(DERIVED) == "graph":
        for old in [one for one in viewer.layers if one.name == attributes["name"]]:
            if old.metadata.get(DERIVED) == "graph":
                viewer.layers.remove(old)
    given = {name: value for name, value in attributes.items() if name != "contour"}
    if placed is not None:
        for name in ("scale", "translate", "rotate", "shear", "affine", "units"):
            given[name] = getattr(placed, name)
    added = viewer.add_layer(Layer.create(data, given, kind))
    if "contour" in attributes:  # napari sets it on an existing layer only
        added.contour = attributes["contour"]
    return added


def open_photographs() -> None:
    """Show a file dialog and open photographs of all formats, without taking files from other plugins."""
    endings = " ".join(f"*{suffix}" for suffix in PHOTOGRAPH_SUFFIXES)
    kinds = f"Photographs ({endings});;All files (*)"
    chosen, _ = QFileDialog.getOpenFileNames(None, "Open fundus photographs", "", kinds)
    open_into(napari.current_viewer(), chosen)


def open_into(viewer: Any, paths: Sequence[str]) -> None:
    """Open photographs in a viewer; show why a file cannot be read."""
    for path in paths:
        try:
            for layer in read_photograph(path):
                add_layer(viewer, layer)
        except (VenuleError, OSError) as error:
            show_error(str(error))
