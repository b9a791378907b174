"""The U-Net with three encoders and decoders of the reference study: SA-UNet without what makes it one."""

from functools import partial
from itertools import pairwise

from torch import Tensor, nn

from venule.networks.blocks import TransposedConvolution, check_multiple, decode, dropped_pair, encode


class UNet3(nn.Module):
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
        super().__init__()
        self.multiple = 2 ** len(widths)
        drop = partial(nn.Dropout, dropout)
        levels = (*widths, 2 * widths[-1])
        self.encoder = nn.ModuleList(dropped_pair(i, o, drop) for i, o in pairwise((channels, *levels)))
        self.up = nn.ModuleList(TransposedConvolution(i, o) for o, i in reversed(list(pairwise(levels))))
        self.decoder = nn.ModuleList(dropped_pair(2 * w, w, drop) for w in reversed(widths))
        self.head = nn.Conv2d(widths[0], 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        check_multiple(x, self.multiple)
        logits: Tensor = self.head(decode(encode(x, self.encoder), self.up, self.decoder)[-1])
        return logits
