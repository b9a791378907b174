"""A layer of labels -> the file of a vessel map."""

from pathlib import Path
from typing import Any

import numpy as np

from venule.batch.outputs import write_whole
from venule.errors import OutputError
from venule.napari.finding import FINDING
from venule.workflows.segment import encode_mask


def write_vessels(path: str, data: Any, attributes: dict[str, Any]) -> list[str]:
    """Write a vessel map as `venule segment` does, 255 where there is vessel, for `venule measure --vessels`.

    Args:
        path: of the file, a PNG.
        data: (height, width) labels; every one above 0 is vessel.
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
    if len(kinds) > 1 and FINDING not in attributes.get("metadata", {}):
        raise OutputError(
            f"layer {name!r} holds {len(kinds)} labels, which a vessel map would make one; save it as .tif with "
            "napari's own writer, or give all vessels one label"
        )
    write_whole(Path(path), encode_mask(labels > 0))
    return [path]
