"""CMP-UNet (Gu et al. 2023, doi 10.3390/electronics12234743) as on the slides of the reference study."""

from collections.abc import Callable
from itertools import pairwise
from math import gcd

from torch import Tensor, nn

from venule.networks.blocks import CFFA, MSCAF, PFF, ChannelAttention, check_multiple, convolution, decode, encode


class CMPUNet(nn.Module):
    """A U-Net of CFFA on the way down and MSCAF on the way up, whose levels are fused by PFF.

    Args:
        widths: channels of the levels, from full resolution down, the last at the bottom.
        dropout: share of values that are dropped while training.
        bias: whether convolutions that batch normalisation follows have one.
        grouped: whether the 7x7 convolutions of CFFA are in as many groups as channels allow.
        attention: builds the channel attention of MSCAF, given the number of channels.
        residual: whether MSCAF adds what its attention saw.
        align_corners: of the upsampling in PFF.
        channels: of the input.

    Shape:
        (N, channels, H, W) -> (N, 1, H, W) logits; H and W are multiples of 2 ** (len(widths) - 1).

    Example:
        >>> import torch
        >>> CMPUNet((8, 16))(torch.zeros(1, 3, 32, 32)).shape
        torch.Size([1, 1, 32, 32])
    """

    def __init__(
        self,
        widths: tuple[int, ...] = (32, 64, 128, 256, 512),
        *,
        dropout: float = 0.1,
        bias: bool = True,
        grouped: bool = False,
        attention: Callable[[int], nn.Module] = ChannelAttention,
        residual: bool = False,
        align_corners: bool = False,
        channels: int = 3,
    ) -> None:
        super().__init__()
        self.multiple = 2 ** (len(widths) - 1)

        def down(i: int, o: int) -> nn.Sequential:
            first, second = (CFFA(n, o, groups=gcd(n, o) if grouped else 1, bias=bias) for n in (i, o))
            return nn.Sequential(first, nn.Dropout(dropout), second, nn.Dropout(dropout))

        def fusion(i: int, o: int) -> MSCAF:
            return MSCAF(i, o, attention=attention, residual=residual, dropout=dropout)

        full = widths[0]
        stem = nn.Sequential(
            *convolution(channels, full, bias=bias),
            nn.Dropout(dropout),
            *convolution(full, full, bias=bias),
            nn.Dropout(dropout),
        )
        self.encoder = nn.ModuleList([stem, *(down(i, o) for i, o in pairwise(widths))])
        lower = tuple(reversed(widths))
        self.up = nn.ModuleList(
            nn.Sequential(nn.ConvTranspose2d(i, o, 2, stride=2), nn.Dropout(dropout)) for i, o in pairwise(lower)
        )
        self.decoder = nn.ModuleList(
            nn.Sequential(fusion(2 * w, w), *convolution(w, w, bias=bias), nn.Dropout(dropout)) for w in lower[1:]
        )
        self.pyramid = PFF(lower[1:], full, align_corners=align_corners)
        self.fuse = fusion(self.pyramid.channels, full)
        self.head = nn.Conv2d(full, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        check_multiple(x, self.multiple)
        decoded = decode(encode(x, self.encoder), self.up, self.decoder)
        logits: Tensor = self.head(self.fuse(self.pyramid(decoded)) + decoded[-1])
        return logits
