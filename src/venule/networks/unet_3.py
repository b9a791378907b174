"""The U-Net with three encoders and decoders of the reference study: SA-UNet without what makes it one."""

from functools import partial
from itertools import pairwise

from torch import nn

from venule.networks.blocks import NarrowUNet, dropped_pair


class UNet3(NarrowUNet):
    """A narrow U-Net with dropout between convolution and batch normalisation.

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
