"""Plain convolution blocks."""

from torch import nn


def convolution_pair(incoming: int, outgoing: int, *, norm: bool = True, bias: bool = True) -> nn.Sequential:
    """Twice convolution 3x3 'same' -> batch normalisation -> ReLU (Ronneberger et al. 2015).

    Args:
        incoming: channels of the input.
        outgoing: channels of the output.
        norm: whether batch normalisation follows each convolution.
        bias: whether the convolutions have one.

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
