"""The architectures, one file each, by name."""

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from venule.errors import MissingExtraError, RecipeError

try:
    import torch
    from torch import nn
except ModuleNotFoundError as error:
    raise MissingExtraError(
        "networks need PyTorch: pip install 'venule[train]', or in a checkout pip install -c constraints.txt '.[train]'"
    ) from error

from venule.networks.compact import Compact
from venule.networks.unet import UNet
from venule.networks.w_net import WNet

__all__ = ["NETWORKS", "Network", "Parameters", "count_parameters", "create", "parameters_of"]


@dataclass(frozen=True)
class Network:
    """An architecture: what builds it, and where it comes from."""

    build: Callable[..., nn.Module]
    source: str


@dataclass(frozen=True)
class Parameters:
    """Parameters of a network, counted as Keras does.

    Attributes:
        trainable: what gradients reach.
        total: with the running mean and variance of batch normalisation.
    """

    trainable: int
    total: int


NETWORKS = {
    "compact": Network(Compact, "venule"),
    "unet": Network(UNet, "Ronneberger et al. 2015"),
    "w-net": Network(WNet, "Galdran et al. 2022"),
}


def create(name: str, **arguments: Any) -> nn.Module:
    """Build a network by name, with fresh weights from torch's generator.

    Args:
        name: one of `NETWORKS`.
        **arguments: of the architecture, such as `widths`.

    Raises:
        RecipeError: the name or an argument is unknown.
    """
    if name not in NETWORKS:
        close = get_close_matches(name, NETWORKS, n=1)
        hint = f"did you mean {close[0]!r}? " if close else ""
        raise RecipeError(f"unknown network {name!r}: {hint}known: {', '.join(NETWORKS)}")
    try:
        return NETWORKS[name].build(**arguments)
    except TypeError as error:
        raise RecipeError(f"network {name!r} cannot be built with {arguments}: {error}") from error


def count_parameters(network: nn.Module) -> Parameters:
    """Count the parameters of a network as Keras does."""
    trainable = sum(p.numel() for p in network.parameters() if p.requires_grad)
    total = sum(t.numel() for name, t in network.state_dict().items() if not name.endswith("num_batches_tracked"))
    return Parameters(trainable, total)


def parameters_of(name: str) -> Parameters:
    """Count the parameters of a network in its published size, without the memory that they take.

    Raises:
        RecipeError: the name is unknown.
    """
    with torch.device("meta"):
        return count_parameters(create(name))
