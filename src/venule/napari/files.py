"""Files as layers, layers as files, and sample data. It needs neither napari nor a Qt."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from venule import make_phantom
from venule.errors import MissingExtraError, OutputError, PhotographError
from venule.measurement import Scale
from venule.napari.editable_map import EDITABLE
from venule.napari.layers import LayerData, graph_layers, photograph_layer, vessels_layer
from venule.photograph import decode, read_mask
from venule.photograph.decode import is_dicom
from venule.workflows.analyse import GRAPH, VESSELS
from venule.workflows.dicom import metadata_of
from venule.workflows.segment import encode_mask

Reader = Callable[[Any], list[LayerData]]
_NOT_OURS = {"not-an-image", "other-modality"}  # DICOM that other plugins may read


def get_reader(path: str | list[str]) -> Reader | None:
    """The function that reads a file, as napari expects it; None: venule leaves it to others, as lists of files."""
    if isinstance(path, list):
        return None
    name = path.lower()
    if name.endswith(GRAPH):
        described = _described(Path(path))
        return None if described is None else partial(_read_graph, described)
    if name.endswith(VESSELS):
        return read_vessels
    return None if name.endswith(".dcm") and not _may_be_photograph(Path(path)) else read_photograph


def read_photograph(path: str) -> list[LayerData]:
    """A photograph: 8 bits, RGB, upright; of DICOM with its scale and eye.

    Raises:
        PhotographError: it cannot be read, or is no fundus photograph.
        MissingExtraError: it is DICOM, and pydicom or a decoder is not installed.
    """
    content = Path(path).read_bytes()
    image = decode(content, name=path)
    metadata = metadata_of(path, content, given=Scale(), fov_diameter=max(image.shape))
    about = {**vars(metadata.scale), "laterality": metadata.laterality}
    return [photograph_layer(image, name=Path(path).stem, known={key: said for key, said in about.items() if said})]


def read_vessels(path: str) -> list[LayerData]:
    """A vessel map, `NAME_vessels.png`.

    Raises:
        PhotographError: it cannot be read.
        MaskError: it is no mask.
    """
    return [vessels_layer(read_mask(path), name=Path(path).stem)]


def write_vessels(path: str, data: Any, attributes: dict[str, Any]) -> list[str]:
    """Write labels above 0 as the vessel map that `venule measure --vessels` takes, 255 for vessels.

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
    beside = path.with_name(f".{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(content)
        beside.replace(path)
    except OSError as error:
        raise OutputError(f"cannot write {path} ({error.strerror}): choose another folder") from error


def round_phantom() -> list[LayerData]:
    """A phantom with a round field of view; its exact vessels are hidden at first."""
    return _phantom_layers(5, name="phantom")


def cut_phantom() -> list[LayerData]:
    """A phantom with a field of view that is cut at top and bottom; its exact vessels are hidden at first."""
    return _phantom_layers(6, name="phantom_cut")


def _phantom_layers(seed: int, *, name: str) -> list[LayerData]:
    phantom = make_phantom(seed)
    exact, about, kind = vessels_layer(phantom.vessels, name=f"{name}_exact")
    return [photograph_layer(phantom.image, name=name), (exact, {**about, "visible": False}, kind)]


def _read_graph(described: dict[str, Any], path: str) -> list[LayerData]:
    """The graph of `venule measure`; without vessels, no layer."""
    return graph_layers(described, name=Path(path).stem.removesuffix("_graph")) or [(None,)]  # type: ignore[list-item]


def _described(path: Path) -> dict[str, Any] | None:
    """The content of a graph file; None for other JSON."""
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) and {"nodes", "segments", "disc", "fovea"} <= content.keys() else None


def _may_be_photograph(path: Path) -> bool:
    """Whether a DICOM file may be a photograph. A damaged file may be: reading it then shows the error."""
    try:
        content = path.read_bytes()
        if is_dicom(content, name=path.name):
            from venule.photograph.dicom import read_header

            read_header(content, name=str(path))
    except PhotographError as error:
        return error.reason not in _NOT_OURS
    except (ImportError, MissingExtraError):
        return True  # reading it shows what to install
    return True
