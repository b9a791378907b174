"""The cost of a network: its parameters and multiply-adds."""

from copy import deepcopy
from dataclasses import dataclass

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode


@dataclass(frozen=True)
class Parameters:
    """Parameters of a network, counted as Keras does.

    Attributes:
        trainable: what gradients reach.
        total: with the running mean and variance of batch normalisation.

    Example:
        >>> Parameters(trainable=68482, total=69538).trainable
        68482
    """

    trainable: int
    total: int


def count_parameters(network: nn.Module) -> Parameters:
    """Count the parameters of a network as Keras does.

    Example:
        >>> from torch import nn
        >>> count_parameters(nn.Conv2d(3, 4, kernel_size=3))
        Parameters(trainable=112, total=112)
    """
    trainable = sum(p.numel() for p in network.parameters() if p.requires_grad)
    total = sum(t.numel() for name, t in network.state_dict().items() if not name.endswith("num_batches_tracked"))
    return Parameters(trainable, total)


def multiply_adds(network: nn.Module, size: int = 512) -> int:
    """Count the multiply-adds of one square photograph through a network, without doing them.

    Those of convolutions and dense layers: normalisation, activation, pooling and resampling are not counted.

    Args:
        network: (1, 3, size, size) -> logits.
        size: height and width of the photograph, pixels.

    Raises:
        ValueError: the network cannot take the size.

    Example:
        >>> from torch import nn
        >>> multiply_adds(nn.Conv2d(3, 4, kernel_size=3, padding=1), size=8)
        6912
    """
    shadow = deepcopy(network).to("meta").eval()  # shapes without values
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        shadow(torch.empty(1, 3, size, size, device="meta"))
    return int(counter.get_total_flops()) // 2  # a multiplication and an addition each
