"""The reader: photographs, vessel maps and graphs as layers."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from venule.errors import MissingExtraError, PhotographError
from venule.measurement import Scale
from venule.napari.layers import LayerData, graph_layers, photograph_layer, vessels_layer
from venule.photograph import decode, read_mask
from venule.photograph.decode import is_dicom
from venule.workflows.analyse import GRAPH, VESSELS
from venule.workflows.dicom import metadata_of

Reader = Callable[[Any], list[LayerData]]
_NOT_OURS = {"not-an-image", "other-modality"}  # DICOM that other plugins may read


def get_reader(path: str | list[str]) -> Reader | None:
    """The function that reads a file, as napari expects it; None: venule does not read it.

    Args:
        path: of a file; a list if napari is to make one layer of several files.
    """
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
    metadata = metadata_of(path, content, given=Scale())
    about = {
        "um_per_pixel": metadata.scale.um_per_pixel,
        "field_degrees": metadata.scale.field_degrees,
        "laterality": metadata.laterality,
    }
    return [photograph_layer(image, name=Path(path).stem, known={key: said for key, said in about.items() if said})]


def read_vessels(path: str) -> list[LayerData]:
    """A vessel map, `NAME_vessels.png`.

    Raises:
        PhotographError: it cannot be read.
        MaskError: it is no mask.
    """
    return [vessels_layer(read_mask(path), name=Path(path).stem)]


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
