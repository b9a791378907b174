"""SA-UNet (Guo et al. 2020, arXiv 2004.03696): a narrow U-Net with DropBlock and spatial attention in the bridge."""

from functools import partial
from itertools import pairwise

from torch import nn

from venule.networks.blocks import DropBlock, NarrowUNet, SpatialAttention, dropped_convolution, dropped_pair


class SAUNet(NarrowUNet):
    """A U-Net whose convolutions drop blocks, and whose bridge weighs places.

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
