"""The architectures, one file each, by name."""

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from venule.errors import RecipeError, missing_extra

try:
    import torch
    from torch import nn
except ModuleNotFoundError as error:
    raise missing_extra("train", "networks need PyTorch") from error

from venule.networks.cbam_unet import CBAMUNet
from venule.networks.cmp_unet import CMPUNet
from venule.networks.cmp_unet_gu import cmp_unet_gu
from venule.networks.compact import Compact
from venule.networks.cost import Parameters, count_multiply_adds, count_parameters
from venule.networks.deformable import deformable_encoder_unet, du_net
from venule.networks.keras import use_keras_conventions
from venule.networks.sa_unet import SAUNet
from venule.networks.unet import UNet
from venule.networks.unet_3 import UNet3
from venule.networks.w_net import WNet

__all__ = [
    "NETWORKS",
    "Network",
    "Parameters",
    "count_parameters",
    "create",
    "multiply_adds",
    "parameters_of",
    "use_keras_conventions",
]


@dataclass(frozen=True)
class Network:
    """An architecture: what builds it, and where it comes from."""

    build: Callable[..., nn.Module]
    source: str


NETWORKS = {
    "cbam-unet": Network(CBAMUNet, "the reference study, after Woo et al. 2018"),
    "cmp-unet": Network(CMPUNet, "the reference study, after Gu et al. 2023"),
    "cmp-unet-gu": Network(cmp_unet_gu, "Gu et al. 2023"),
    "compact": Network(Compact, "venule"),
    "deformable-encoder-unet": Network(deformable_encoder_unet, "the reference study, after Jin et al. 2019"),
    "du-net": Network(du_net, "Jin et al. 2019"),
    "sa-unet": Network(SAUNet, "Guo et al. 2020"),
    "unet": Network(UNet, "Ronneberger et al. 2015"),
    "unet-3": Network(UNet3, "the reference study, after Guo et al. 2020"),
    "w-net": Network(WNet, "Galdran et al. 2022"),
}


def create(name: str, /, **arguments: Any) -> nn.Module:
    """Build a network by name, with fresh weights from torch's generator.

    Args:
        name: one of `NETWORKS`.
        **arguments: of the architecture, such as `widths`.

    Raises:
        RecipeError: the name or an argument is unknown, or its value is none that the architecture knows.
    """
    if name not in NETWORKS:
        close = get_close_matches(name, NETWORKS, n=1)
        hint = f"did you mean {close[0]!r}? " if close else ""
        raise RecipeError(f"unknown network {name!r}: {hint}known: {', '.join(NETWORKS)}")
    try:
        return NETWORKS[name].build(**arguments)
    except (TypeError, ValueError, LookupError, RuntimeError) as error:  # the latter two: no width, or 10**9
        raise RecipeError(f"network {name!r} cannot be built with {arguments}: {error}") from error


def parameters_of(name: str) -> Parameters:
    """Count the parameters of a network in its published size, without the memory that they take.

    Raises:
        RecipeError: the name is unknown.
    """
    with torch.device("meta"):
        return count_parameters(create(name))


def multiply_adds(name_or_network: str | nn.Module, size: int = 512) -> int:
    """Count the multiply-adds of one square photograph through a network, without doing them.

    Those of convolutions and dense layers: normalisation, activation, pooling and resampling are not counted.

    Args:
        name_or_network: a name stands for the published size.
        size: height and width of the photograph, pixels.

    Raises:
        RecipeError: the name is unknown.
        ValueError: the network cannot take the size.
    """
    if isinstance(name_or_network, nn.Module):
        return count_multiply_adds(name_or_network, size)
    with torch.device("meta"):
        return count_multiply_adds(create(name_or_network), size)
