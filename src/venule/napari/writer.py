"""The writer: a labels layer as the file of a vessel map."""

from pathlib import Path
from typing import Any

import numpy as np

from venule.errors import OutputError
from venule.napari.editable_map import EDITABLE
from venule.workflows.segment import encode_mask


def write_vessels(path: str, data: Any, attributes: dict[str, Any]) -> list[str]:
    """Write a vessel map as `venule segment` does, 255 for vessels, for `venule measure --vessels`.

    Args:
        path: of the file, a PNG.
        data: (height, width) labels; every label above 0 is vessel.
        attributes: of the layer.

    Returns:
        The path.

    Raises:
        OutputError: the layer is no vessel map, or the file cannot be written.
    """
    name = attributes.get("name", "")
    labels = np.asarray(data[0] if attributes.get("multiscale") else data)
    if labels.ndim != 2:
        raise OutputError(f"layer {name!r} has {labels.ndim} dimensions; a vessel map has 2: split the stack first")
    kinds = np.unique(labels[labels > 0])
    if len(kinds) > 1 and EDITABLE not in attributes.get("metadata", {}):
        raise OutputError(
            f"layer {name!r} holds {len(kinds)} labels, but a vessel map has only one; save it as .tif with napari's "
            "own writer, or give all vessels the same label"
        )
    write_file(Path(path), encode_mask(labels > 0))
    return [path]


def write_file(path: Path, content: bytes) -> None:
    """Write a file whole: after an interruption the old one is still there.

    Raises:
        OutputError: it cannot be written.
    """
    partial = path.with_name(f".{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(content)
        partial.replace(path)
    except OSError as error:
        raise OutputError(f"cannot write {path} ({error.strerror}): choose another folder") from error
