"""Multi-scale channel adaptive fusion."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from venule.networks.blocks.attention import ChannelAttention
from venule.networks.blocks.convolution import convolution


class MSCAF(nn.Module):
    """Multi-scale channel adaptive fusion: three dilations, weighed by channel attention (Gu et al. 2023, CMP-UNet).

    Args:
        incoming: channels of the input.
        outgoing: channels of the output; half of them see at dilation 1, a quarter each at 3 and 5.
        attention: builds the channel attention, given the number of channels.
        residual: whether what the attention saw is added to what it gives: x * a + x in place of x * a.
        dropout: share of the output's values that are dropped while training.

    Shape:
        (N, incoming, H, W) -> (N, outgoing, H, W)
    """

    def __init__(
        self,
        incoming: int,
        outgoing: int,
        *,
        attention: Callable[[int], nn.Module] = ChannelAttention,
        residual: bool = False,
        dropout: float = 0,
    ) -> None:
        super().__init__()
        shares = {1: max(1, outgoing // 2), 3: max(1, outgoing // 4), 5: max(1, outgoing // 4)}
        self.scales = nn.ModuleList(
            convolution(incoming, channels, 3, dilation=dilation, bias=False) for dilation, channels in shares.items()
        )
        seen = sum(shares.values())
        self.attention = attention(seen)
        self.residual = residual
        self.fuse = nn.Sequential(*convolution(seen, outgoing, 1, bias=False), nn.Dropout(dropout))

    def forward(self, x: Tensor) -> Tensor:
        seen = torch.cat([scale(x) for scale in self.scales], dim=1)
        weighed = self.attention(seen)
        fused: Tensor = self.fuse(weighed + seen if self.residual else weighed)
        return fused
