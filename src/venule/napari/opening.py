"""Opening photographs of all formats that venule reads, by a menu that takes no file from other plugins."""

from collections.abc import Sequence
from typing import Any

import napari
from napari.utils.notifications import show_error
from qtpy.QtWidgets import QFileDialog

from venule.errors import VenuleError
from venule.napari.read import read_photograph
from venule.napari.viewer import add_layer
from venule.workflows.segment import PHOTOGRAPH_SUFFIXES


def open_photographs() -> None:
    """Ask for photographs, and open them in the viewer that is in use."""
    endings = " ".join(f"*{suffix}" for suffix in PHOTOGRAPH_SUFFIXES)
    chosen, _ = QFileDialog.getOpenFileNames(
        None, "Open fundus photographs", "", f"Photographs ({endings});;All files (*)"
    )
    open_into(napari.current_viewer(), chosen)


def open_into(viewer: Any, paths: Sequence[str]) -> None:
    """Open photographs; of those that cannot be read, say why.

    Args:
        viewer: to open them in.
        paths: of the photographs.
    """
    for path in paths:
        try:
            for layer in read_photograph(path):
                add_layer(viewer, layer)
        except (VenuleError, OSError) as error:
            show_error(str(error))
