"""The Little W-Net (Galdran et al. 2022, Sci Rep 12:6174): two small U-Nets, the second refining the first."""

from itertools import pairwise

import torch
from torch import Tensor, nn

from venule.networks.blocks import check_multiple


class ResidualPair(nn.Module):
    """Twice convolution 3x3 -> ReLU -> batch normalisation, beside a 1x1 shortcut.

    Shape:
        (N, incoming, H, W) -> (N, outgoing, H, W)
    """

    def __init__(self, incoming: int, outgoing: int) -> None:
        super().__init__()
        self.block = nn.Sequential(*_activated(incoming, outgoing), *_activated(outgoing, outgoing))
        self.shortcut = nn.Sequential(nn.Conv2d(incoming, outgoing, 1, bias=False), nn.BatchNorm2d(outgoing))

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.block(x) + self.shortcut(x)
        return y


class LittleUNet(nn.Module):
    """A U-Net whose skip connections pass through a convolution of their own.

    Shape:
        (N, channels, H, W) -> (N, 1, H, W) logits
    """

    def __init__(self, widths: tuple[int, ...], channels: int) -> None:
        super().__init__()
        self.encoder = nn.ModuleList(ResidualPair(i, o) for i, o in pairwise((channels, *widths)))
        self.pool = nn.MaxPool2d(2)
        lower = tuple(reversed(widths))
        self.up = nn.ModuleList(nn.ConvTranspose2d(i, o, 2, stride=2) for i, o in pairwise(lower))
        self.skip = nn.ModuleList(nn.Sequential(*_activated(w, w)) for w in lower[1:])
        self.decoder = nn.ModuleList(ResidualPair(2 * w, w) for w in lower[1:])
        self.head = nn.Conv2d(widths[0], 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        features = [self.encoder[0](x)]
        for block in list(self.encoder)[1:]:
            features.append(block(self.pool(features[-1])))
        x = features.pop()
        for up, skip, block in zip(self.up, self.skip, self.decoder, strict=True):
            x = block(torch.cat([up(x), skip(features.pop())], dim=1))
        logits: Tensor = self.head(x)
        return logits


class WNet(nn.Module):
    """Two Little U-Nets: the second sees the photograph and the logits of the first.

    Args:
        widths: channels of the levels of both, from full resolution down.
        channels: of the input.

    Shape:
        (N, channels, H, W) -> (N, 1, H, W) logits; while training, the logits of both passes, the result last.
        H and W are multiples of 2 ** (len(widths) - 1).

    Example:
        >>> import torch
        >>> WNet((4, 8)).eval()(torch.zeros(1, 3, 32, 32)).shape
        torch.Size([1, 1, 32, 32])
    """

    def __init__(self, widths: tuple[int, ...] = (8, 16, 32), *, channels: int = 3) -> None:
        super().__init__()
        self.multiple = 2 ** (len(widths) - 1)
        self.first = LittleUNet(widths, channels)
        self.second = LittleUNet(widths, channels + 1)

    def forward(self, x: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        check_multiple(x, self.multiple)
        first: Tensor = self.first(x)
        second: Tensor = self.second(torch.cat([x, first], dim=1))
        return (first, second) if self.training else second


def _activated(incoming: int, outgoing: int) -> tuple[nn.Module, ...]:
    return nn.Conv2d(incoming, outgoing, 3, padding=1), nn.ReLU(inplace=True), nn.BatchNorm2d(outgoing)
