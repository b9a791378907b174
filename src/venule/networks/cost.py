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
    """

    trainable: int
    total: int


def count_parameters(network: nn.Module) -> Parameters:
    """Count the parameters of a network as Keras does."""
    trainable = sum(p.numel() for p in network.parameters() if p.requires_grad)
    total = sum(t.numel() for name, t in network.state_dict().items() if not name.endswith("num_batches_tracked"))
    return Parameters(trainable, total)


def count_multiply_adds(network: nn.Module, size: int) -> int:
    """As `venule.networks.multiply_adds`, of a network."""
    shadow = deepcopy(network).to("meta").eval()  # shapes without values
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        shadow(torch.empty(1, 3, size, size, device="meta"))
    return int(counter.get_total_flops()) // 2  # a multiplication and an addition each
