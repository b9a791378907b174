"""Coarse-fine feature aggregation."""

import torch
from torch import Tensor, nn

from venule.networks.blocks.convolution import convolution


class CFFA(nn.Module):
    """Coarse-fine feature aggregation: thin and wide views beside each other (Gu et al. 2023, CMP-UNet).

    `groups` are those of the 7x7 convolution.

    Shape:
        (N, incoming, H, W) -> (N, outgoing, H, W)
    """

    def __init__(self, incoming: int, outgoing: int, *, groups: int = 1, bias: bool = True) -> None:
        super().__init__()
        self.fine = nn.Sequential(
            *convolution(incoming, outgoing, (3, 1), bias=bias), *convolution(outgoing, outgoing, (1, 3), bias=bias)
        )
        self.coarse = nn.Sequential(
            *convolution(incoming, outgoing, 7, groups=groups, bias=bias),
            *convolution(outgoing, outgoing, 1, bias=bias),
        )
        self.fuse = convolution(2 * outgoing, outgoing, 1, bias=bias)

    def forward(self, x: Tensor) -> Tensor:
        fused: Tensor = self.fuse(torch.cat([self.fine(x), self.coarse(x)], dim=1))
        return fused
