"""The menu item that opens photographs of all formats, without taking files from other plugins."""

from collections.abc import Sequence
from typing import Any

import napari
from napari.utils.notifications import show_error
from qtpy.QtWidgets import QFileDialog

from venule.errors import VenuleError
from venule.napari.reader import read_photograph
from venule.napari.viewer import add_layer
from venule.workflows.segment import PHOTOGRAPH_SUFFIXES


def open_photographs() -> None:
    """Show a file dialog and open the photographs in the current viewer."""
    endings = " ".join(f"*{suffix}" for suffix in PHOTOGRAPH_SUFFIXES)
    chosen, _ = QFileDialog.getOpenFileNames(
        None, "Open fundus photographs", "", f"Photographs ({endings});;All files (*)"
    )
    open_into(napari.current_viewer(), chosen)


def open_into(viewer: Any, paths: Sequence[str]) -> None:
    """Open photographs in a viewer; show why a file cannot be read.

    Args:
        viewer: the viewer.
        paths: of the photographs.
    """
    for path in paths:
        try:
            for layer in read_photograph(path):
                add_layer(viewer, layer)
        except (VenuleError, OSError) as error:
            show_error(str(error))
