"""The files of a fitted network: ONNX to use it, and safetensors to train on, which cannot run code when read."""

import logging
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
import torch
from onnx import TensorProto, numpy_helper
from onnx.checker import check_model
from onnx.helper import make_node
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from venule.errors import ModelError
from venule.models import model_folder
from venule.models.model import WEIGHTS_FILE

TOLERANCE, HALF_TOLERANCE = 1e-4, 1e-2


def export_onnx(network: nn.Module, *, channels: int = 3, half: bool = False) -> bytes:
    """The network with its sigmoid as ONNX, for photographs of any size, checked against torch.

    Args:
        network: (N, channels, H, W) -> (N, outputs, H, W) logits, with its `multiple`.
        channels: of the input.
        half: keep the weights in 16 bits, for half the size. Runtimes calculate in 32 bits all the same.

    Returns:
        ONNX with input "photograph" float32 (N, channels, H, W) and output "probability" float32 (N, outputs, H, W).

    Raises:
        ModelError: onnxruntime and torch differ by more than 1e-4, or with weights in 16 bits by more than 0.01.
    """
    whole = nn.Sequential(network, nn.Sigmoid()).eval().cpu()
    multiple = int(getattr(network, "multiple", 1))
    side = 8 * multiple
    rows, columns = torch.export.Dim("rows", min=2), torch.export.Dim("columns", min=2)
    sizes = {0: torch.export.Dim("batch"), 2: multiple * rows, 3: multiple * columns}
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            whole,
            (torch.randn(2, channels, side, 2 * side),),
            dynamo=True,
            input_names=["photograph"],
            output_names=["probability"],
            dynamic_shapes=(sizes,),
            verbose=False,
        )
    assert program is not None
    model = _without_traces(program.model_proto)
    if half:
        _halve(model)
    check_model(model, full_check=True)
    onnx: bytes = model.SerializeToString()
    difference, allowed = _difference(whole, onnx, multiple, channels), HALF_TOLERANCE if half else TOLERANCE
    if not difference <= allowed:  # also where it is no number
        raise ModelError(f"the exported network differs from torch by {difference:.2g}; at most {allowed} is allowed")
    return onnx


def save_weights(network: nn.Module, path: Path, *, half: bool = False) -> None:
    """Write the parameters and running statistics of a network; `half` in 16 bits, for half the size."""
    state = {name: tensor.detach().cpu().contiguous() for name, tensor in network.state_dict().items()}
    save_file({name: t.half() if half and t.is_floating_point() else t for name, t in state.items()}, path)


def load_weights(network: nn.Module, path: Path) -> None:
    """Read weights into a network of the same architecture.

    Raises:
        ModelError: the file cannot be read, or belongs to another network.
    """
    try:
        state: dict[str, Tensor] = load_file(path)
        network.load_state_dict({name: t.float() if t.dtype == torch.float16 else t for name, t in state.items()})
    except (OSError, SafetensorError) as error:
        raise ModelError(f"{path} cannot be read as safetensors: {error}") from error
    except RuntimeError as error:
        raise ModelError(f"{path} holds the weights of another network: {error}") from error


def starting_weights(name_or_path: str) -> Path:
    """The weights of a model by name or folder, or a safetensors file; ModelError where there are none."""
    path = Path(name_or_path)
    if path.suffix != ".safetensors":
        path = model_folder(name_or_path) / WEIGHTS_FILE
    if not path.is_file():
        raise ModelError(f"{path} does not exist: there are no weights to start from")
    return path


def _without_traces(model: Any) -> Any:
    """An ONNX model without the paths and lines of code that torch writes into it."""
    del model.graph.metadata_props[:]
    for part in (*model.graph.node, *model.graph.value_info, *model.graph.input, *model.graph.output):
        del part.metadata_props[:]
    return model


def _halve(model: Any) -> None:
    """Keep the large weights of an ONNX model in 16 bits, and cast them when it is loaded."""
    for weights in model.graph.initializer:
        if weights.data_type != TensorProto.FLOAT or np.prod(weights.dims) < 64:
            continue
        name = weights.name
        rounded = numpy_helper.from_array(numpy_helper.to_array(weights).astype(np.float16), f"{name}_half")
        weights.CopyFrom(rounded)
        model.graph.node.insert(0, make_node("Cast", [weights.name], [name], to=TensorProto.FLOAT))


def _difference(whole: nn.Module, onnx: bytes, multiple: int, channels: int) -> float:
    """The largest difference over sizes that the export did not see."""
    session = ort.InferenceSession(onnx, providers=["CPUExecutionProvider"])
    differences = []
    generator = torch.Generator().manual_seed(0)
    for batch, height, width in ((1, 5, 9), (3, 12, 7)):
        x = torch.randn(batch, channels, height * multiple, width * multiple, generator=generator)
        with torch.no_grad():
            expected = whole(x).numpy()
        got = session.run(["probability"], {"photograph": x.numpy()})[0]
        differences.append(np.abs(np.asarray(got) - expected).max())
    return float(np.max(differences))
