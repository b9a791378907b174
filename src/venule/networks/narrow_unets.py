"""The narrow U-Nets of the reference study: SA-UNet, the same without what makes it one, and CBAM-UNet."""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise

from torch import nn

from venule.networks.blocks import (
    CBAM,
    CFFA,
    DropBlock,
    SpatialAttention,
    TransposedConvolution,
    UShape,
    dropped_convolution,
    dropped_pair,
)


class NarrowUNet(UShape):
    """A U-Net whose way up is that of SA-UNet (Guo et al. 2020).

    Args:
        encoder: one block for each level, from full resolution down.
        bridge: the block at the bottom, with twice the last width; None: the encoder's last block is at the bottom.
        widths: channels of the levels, from full resolution down, without the bottom.
        drop: builds the dropout of the decoder.
    """

    def __init__(
        self,
        encoder: Sequence[nn.Module],
        bridge: nn.Module | None,
        *,
        widths: Sequence[int],
        drop: Callable[[], nn.Module],
    ) -> None:
        upwards = (2 * widths[-1], *reversed(widths))
        super().__init__(
            encoder,
            bridge,
            [TransposedConvolution(i, o) for i, o in pairwise(upwards)],
            [dropped_pair(2 * width, width, drop) for width in upwards[1:]],
            nn.Conv2d(widths[0], 1, 1),
        )


class SAUNet(NarrowUNet):
    """SA-UNet (Guo et al. 2020, arXiv 2004.03696): convolutions drop blocks, and the bridge weighs places.

    Args:
        widths: channels of the encoder's levels, from full resolution down; the bridge has twice the last.
        keep: probability that DropBlock keeps a pixel while training; published: 0.82 on DRIVE, 0.87 on CHASE_DB1.
        channels: of the input.

    Shape:
        (N, channels, H, W) -> (N, 1, H, W) logits; H and W are multiples of 2 ** len(widths). Published with
        photographs of DRIVE padded to 592x592.

    Example:
        >>> import torch
        >>> SAUNet((8, 16))(torch.zeros(1, 3, 32, 32)).shape
        torch.Size([1, 1, 32, 32])
    """

    def __init__(self, widths: tuple[int, ...] = (16, 32, 64), *, keep: float = 0.82, channels: int = 3) -> None:
        drop = partial(DropBlock, keep)
        last, bottom = widths[-1], 2 * widths[-1]
        encoder = [dropped_pair(i, o, drop) for i, o in pairwise((channels, *widths))]
        bridge = nn.Sequential(
            dropped_convolution(last, bottom, drop), SpatialAttention(), dropped_convolution(bottom, bottom, drop)
        )
        super().__init__(encoder, bridge, widths=widths, drop=drop)


class UNet3(NarrowUNet):
    """The U-Net with three encoders and decoders: dropout between convolution and batch normalisation.

    Args:
        widths: channels of the encoder's levels, from full resolution down; the bridge has twice the last.
        dropout: share of values that are dropped while training.
        channels: of the input.

    Shape:
        (N, channels, H, W) -> (N, 1, H, W) logits; H and W are multiples of 2 ** len(widths).

    Example:
        >>> import torch
        >>> UNet3((8, 16))(torch.zeros(1, 3, 32, 32)).shape
        torch.Size([1, 1, 32, 32])
    """

    def __init__(self, widths: tuple[int, ...] = (16, 32, 64), *, dropout: float = 0.1, channels: int = 3) -> None:
        drop = partial(nn.Dropout, dropout)
        levels = pairwise((channels, *widths, 2 * widths[-1]))
        super().__init__([dropped_pair(i, o, drop) for i, o in levels], None, widths=widths, drop=drop)


class CBAMUNet(NarrowUNet):
    """CBAM-UNet: CFFA on the way down, and channels and places weighed in the bridge (Woo et al. 2018, CBAM).

    Args:
        widths: channels of the encoder's levels, from full resolution down; the bridge has twice the last.
        dropout: share of values that plain convolutions drop while training.
        channels: of the input.

    Shape:
        (N, channels, H, W) -> (N, 1, H, W) logits; H and W are multiples of 2 ** len(widths).

    Example:
        >>> import torch
        >>> CBAMUNet((16, 32))(torch.zeros(1, 3, 32, 32)).shape
        torch.Size([1, 1, 32, 32])
    """

    def __init__(self, widths: tuple[int, ...] = (16, 32, 64), *, dropout: float = 0.1, channels: int = 3) -> None:
        drop = partial(nn.Dropout, dropout)
        last, bottom = widths[-1], 2 * widths[-1]
        encoder = [
            dropped_pair(channels, widths[0], drop),
            *(nn.Sequential(CFFA(i, o), CFFA(o, o)) for i, o in pairwise(widths)),
        ]
        bridge = nn.Sequential(
            dropped_convolution(last, bottom, drop), CBAM(bottom), dropped_convolution(bottom, bottom, drop)
        )
        super().__init__(encoder, bridge, widths=widths, drop=drop)
