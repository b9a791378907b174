"""The architectures, one file each, by name. PyTorch is loaded when the first network or function is used."""

from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING, Any

from venule.errors import RecipeError, missing_extra

if TYPE_CHECKING:
    from torch import nn

    from venule.networks.cmp_unet import CMPUNet as CMPUNet
    from venule.networks.cmp_unet import cmp_unet_gu as cmp_unet_gu
    from venule.networks.compact import Compact as Compact
    from venule.networks.cost import Parameters as Parameters
    from venule.networks.cost import count_parameters as count_parameters
    from venule.networks.cost import multiply_adds as multiply_adds
    from venule.networks.deformable import deformable_encoder_unet as deformable_encoder_unet
    from venule.networks.deformable import du_net as du_net
    from venule.networks.keras import use_keras_conventions as use_keras_conventions
    from venule.networks.narrow_unets import CBAMUNet as CBAMUNet
    from venule.networks.narrow_unets import SAUNet as SAUNet
    from venule.networks.narrow_unets import UNet3 as UNet3
    from venule.networks.unet import UNet as UNet
    from venule.networks.w_net import WNet as WNet


@dataclass(frozen=True)
class Network:
    """An architecture: where it comes from, and what it costs in its published size.

    Attributes:
        builder: what builds it, and the file that it is in.
        source: of the architecture.
        trainable: parameters that gradients reach.
        total: parameters with the running mean and variance of batch normalisation.
        multiply_adds: of one photograph of 512x512, see `multiply_adds`.

    Example:
        >>> NETWORKS["unet"].trainable
        31039425
    """

    builder: tuple[str, str]
    source: str
    trainable: int
    total: int
    multiply_adds: int


_STUDY = "the reference study, after"
NETWORKS = {
    "cbam-unet": Network(("CBAMUNet", "narrow_unets"), f"{_STUDY} Woo et al. 2018", 935_523, 938_467, 20_049_182_720),
    "cmp-unet": Network(("CMPUNet", "cmp_unet"), f"{_STUDY} Gu et al. 2023", 34_546_369, 34_568_769, 134_364_572_672),
    "cmp-unet-gu": Network(("cmp_unet_gu", "cmp_unet"), "Gu et al. 2023", 9_071_770, 9_094_170, 56_216_736_128),
    "compact": Network(("Compact", "compact"), "venule", 486_129, 487_569, 2_714_763_264),
    "deformable-encoder-unet": Network(
        ("deformable_encoder_unet", "deformable"), f"{_STUDY} Jin et al. 2019", 32_886_721, 32_898_497, 240_987_930_624
    ),
    "du-net": Network(("du_net", "deformable"), "Jin et al. 2019", 34_729_921, 34_741_697, 434_261_458_944),
    "sa-unet": Network(("SAUNet", "narrow_unets"), "Guo et al. 2020", 537_299, 538_707, 9_781_518_336),
    "unet": Network(("UNet", "unet"), "Ronneberger et al. 2015", 31_039_425, 31_047_105, 192_669_548_544),
    "unet-3": Network(("UNet3", "narrow_unets"), f"{_STUDY} Guo et al. 2020", 537_201, 538_609, 9_781_116_928),
    "w-net": Network(("WNet", "w_net"), "Galdran et al. 2022", 68_482, 69_538, 4_076_863_488),
}
_HOMES = {network.builder[0]: network.builder[1] for network in NETWORKS.values()} | {
    "Parameters": "cost",
    "count_parameters": "cost",
    "multiply_adds": "cost",
    "use_keras_conventions": "keras",
}
__all__ = ["NETWORKS", "Network", "create", *_HOMES]


def create(name: str, /, **arguments: Any) -> "nn.Module":
    """Build a network by name, with fresh weights from torch's generator.

    Args:
        name: one of `NETWORKS`.
        **arguments: of the architecture, such as `widths`.

    Raises:
        RecipeError: the name or an argument is unknown, or its value is none that the architecture knows.

    Example:
        >>> import torch
        >>> network = create("unet", widths=(8, 16))
        >>> network(torch.zeros(1, 3, 64, 64)).shape
        torch.Size([1, 1, 64, 64])
    """
    if name not in NETWORKS:
        close = get_close_matches(name, NETWORKS, n=1)
        hint = f"did you mean {close[0]!r}? " if close else ""
        raise RecipeError(f"unknown network {name!r}: {hint}known: {', '.join(NETWORKS)}")
    build = __getattr__(NETWORKS[name].builder[0])
    try:
        network: nn.Module = build(**arguments)
    except (TypeError, ValueError, LookupError, RuntimeError) as error:  # the latter two: no width, or 10**9
        raise RecipeError(f"network {name!r} cannot be built with {arguments}: {error}") from error
    return network


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'venule.networks' has no attribute {name!r}")
    try:
        import torch  # noqa: F401
    except ModuleNotFoundError as error:
        raise missing_extra("train", "networks need PyTorch") from error
    return getattr(import_module(f"venule.networks.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
