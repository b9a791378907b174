"""Pyramid feature fusion."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from venule.networks.blocks.convolution import convolution


class PFF(nn.Module):
    """Pyramid feature fusion: every level at full resolution, the finer the more of it (Gu et al. 2023, CMP-UNet).

    The finest level gives half of the output's channels, the next a quarter and so on, the coarsest as much as the
    one before it: n//8, n//8, n//4, n//2 for four levels.

    Args:
        incoming: channels of the levels, from the coarsest to the finest; each has twice the size of the one before.
        outgoing: n, channels of the output: a multiple of 2 ** (levels - 1), or the output has a few more or less.
        align_corners: of the bilinear upsampling; Keras has False.

    Shape:
        [(N, incoming[0], H / 2^k, W / 2^k), ..., (N, incoming[k], H, W)] -> (N, channels, H, W)

    Attributes:
        channels: of the output.
    """

    def __init__(self, incoming: Sequence[int], outgoing: int, *, align_corners: bool = False) -> None:
        super().__init__()
        halvings = [len(incoming) - 1, *range(len(incoming) - 1, 0, -1)]
        shares = [max(1, outgoing // 2**halving) for halving in halvings]
        self.channels = sum(shares)
        self.align_corners = align_corners
        self.levels = nn.ModuleList(
            convolution(i, share, 1, bias=False) for i, share in zip(incoming, shares, strict=True)
        )

    def forward(self, features: Sequence[Tensor]) -> Tensor:
        brought = [level(x) for level, x in zip(self.levels, features, strict=True)]
        for depth in range(1, len(brought)):
            brought[-1 - depth] = F.interpolate(
                brought[-1 - depth], scale_factor=2**depth, mode="bilinear", align_corners=self.align_corners
            )
        return torch.cat(brought, dim=1)
