"""Plain convolution blocks."""

from collections.abc import Callable

from torch import Tensor, nn


def convolution_pair(incoming: int, outgoing: int, *, norm: bool = True, bias: bool = True) -> nn.Sequential:
    """Twice convolution 3x3 'same' -> batch normalisation -> ReLU (Ronneberger et al. 2015).

    Shape:
        (N, incoming, H, W) -> (N, outgoing, H, W)
    """
    layers: list[nn.Module] = []
    for channels in (incoming, outgoing):
        layers.append(nn.Conv2d(channels, outgoing, 3, padding=1, bias=bias))
        if norm:
            layers.append(nn.BatchNorm2d(outgoing))
        layers.append(nn.ReLU(inplace=True))
    return nn.Sequential(*layers)


def convolution(
    incoming: int,
    outgoing: int,
    kernel: int | tuple[int, int] = 3,
    *,
    dilation: int = 1,
    groups: int = 1,
    bias: bool = True,
) -> nn.Sequential:
    """Convolution 'same' -> batch normalisation -> ReLU; `kernel` is its side, or (height, width), odd.

    Shape:
        (N, incoming, H, W) -> (N, outgoing, H, W)
    """
    layer = nn.Conv2d(incoming, outgoing, kernel, padding="same", dilation=dilation, groups=groups, bias=bias)
    return nn.Sequential(layer, nn.BatchNorm2d(outgoing), nn.ReLU(inplace=True))


def dropped_convolution(incoming: int, outgoing: int, drop: Callable[[], nn.Module]) -> nn.Sequential:
    """Convolution 3x3 'same' -> dropout -> batch normalisation -> ReLU, as in SA-UNet (Guo et al. 2020).

    `drop` builds the dropout.

    Shape:
        (N, incoming, H, W) -> (N, outgoing, H, W)
    """
    return nn.Sequential(
        nn.Conv2d(incoming, outgoing, 3, padding=1), drop(), nn.BatchNorm2d(outgoing), nn.ReLU(inplace=True)
    )


def dropped_pair(incoming: int, outgoing: int, drop: Callable[[], nn.Module]) -> nn.Sequential:
    """Twice `dropped_convolution`."""
    return nn.Sequential(*dropped_convolution(incoming, outgoing, drop), *dropped_convolution(outgoing, outgoing, drop))


class TransposedConvolution(nn.Module):
    """Transposed convolution 3x3 with stride 2 that doubles the size as Keras' 'same' does: last row, column dropped.

    Shape:
        (N, incoming, H, W) -> (N, outgoing, 2H, 2W)
    """

    def __init__(self, incoming: int, outgoing: int) -> None:
        super().__init__()
        self.convolution = nn.ConvTranspose2d(incoming, outgoing, 3, stride=2)

    def forward(self, x: Tensor) -> Tensor:
        doubled: Tensor = self.convolution(x)
        return doubled[..., :-1, :-1]
