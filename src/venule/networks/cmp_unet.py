"""CMP-UNet (Gu et al. 2023, doi 10.3390/electronics12234743): as on the slides of the reference study, as published."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import gcd, log2

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from venule.networks.blocks import CFFA, ChannelAttention, check_multiple, convolution, decode, encode


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


class QueryAttention(nn.Module):
    """Weigh channels by what they hold where: one query a channel from its pooled map (Gu et al. 2023, CMP-UNet).

    A channel is pooled to n x n places, n = floor(log2 C), once by the maximum and once by the mean. Two dense layers
    that all channels share make one number of these 2 n^2, and two 1x1 convolutions make weights of the C numbers.

    Args:
        channels: C, of the feature map; at least 2.

    Shape:
        (N, C, H, W) -> (N, C, H, W)
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.places = int(log2(channels))
        area = self.places**2
        hidden, narrow = max(1, area // 2), max(1, channels // 4)
        self.query = nn.Sequential(nn.Linear(2 * area, hidden), nn.ReLU(), nn.Linear(hidden, 1))
        self.weigh = nn.Sequential(nn.Conv2d(channels, narrow, 1), nn.ReLU(), nn.Conv2d(narrow, channels, 1))

    def forward(self, x: Tensor) -> Tensor:
        pooled = torch.cat([_pool(x, self.places, torch.amax), _pool(x, self.places, torch.mean)], dim=2)
        return x * torch.sigmoid(self.weigh(self.query(pooled)[..., None]))


def _pool(x: Tensor, places: int, reduce: Callable[..., Tensor]) -> Tensor:
    """Adaptive pooling, (N, C, H, W) -> (N, C, places ** 2); torch's own cannot be exported for any size."""
    for axis in (2, 3):
        size = x.shape[axis]
        bins = [(i * size // places, ((i + 1) * size + places - 1) // places) for i in range(places)]
        x = torch.stack([reduce(x.narrow(axis, a, b - a), dim=axis) for a, b in bins], dim=axis)
    return x.flatten(2)


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


def cmp_unet_gu(
    widths: tuple[int, ...] = (32, 64, 128, 256, 512), *, dropout: float = 0.2, channels: int = 3
) -> CMPUNet:
    """A quarter of the slides' size: grouped 7x7 convolutions, no unneeded biases, and an attention of its own.

    Arguments are those of `CMPUNet`.

    Example:
        >>> import torch
        >>> cmp_unet_gu((8, 16))(torch.zeros(1, 3, 32, 32)).shape
        torch.Size([1, 1, 32, 32])
    """
    return CMPUNet(
        widths,
        dropout=dropout,
        bias=False,
        grouped=True,
        attention=QueryAttention,
        residual=True,
        align_corners=True,
        channels=channels,
    )
