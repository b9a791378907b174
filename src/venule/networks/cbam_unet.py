"""The CBAM-UNet of the reference study: CFFA on the way down, CBAM (Woo et al. 2018) in the bridge."""

from functools import partial
from itertools import pairwise

from torch import nn

from venule.networks.blocks import CBAM, CFFA, NarrowUNet, dropped_convolution, dropped_pair


class CBAMUNet(NarrowUNet):
    """A narrow U-Net that looks both thin and wide below full resolution, and weighs channels and places in the bridge.

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
