"""Weights to train on, as safetensors: data that cannot run code when it is read."""

from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from venule.errors import ModelError
from venule.models import model_folder
from venule.models.model import WEIGHTS_FILE


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
