"""The U-Net of the reference study (Ronneberger et al. 2015)."""

from itertools import pairwise

from torch import nn

from venule.networks.blocks import UShape, convolution_pair


class UNet(UShape):
    """Encoder and decoder joined by concatenation, with 'same' padding: nothing is cropped.

    As in the study, the bridge alone has no batch normalisation unless `bridge_norm` says so.

    Args:
        widths: channels of the encoder's levels, from full resolution down.
        bridge: channels at the bottom; twice the last width where none is given.
        bridge_norm: whether the bridge has batch normalisation, too.
        bridge_dilations: of the bridge's two convolutions (Yu and Koltun 2016): they see further at no cost.
        channels: of the input.

    Shape:
        (N, channels, H, W) -> (N, 1, H, W) logits; H and W are multiples of 2 ** len(widths).

    Example:
        >>> import torch
        >>> UNet((8, 16))(torch.zeros(1, 3, 32, 32)).shape
        torch.Size([1, 1, 32, 32])
    """

    def __init__(
        self,
        widths: tuple[int, ...] = (64, 128, 256, 512),
        *,
        bridge: int | None = None,
        bridge_norm: bool = False,
        bridge_dilations: tuple[int, int] = (1, 1),
        channels: int = 3,
    ) -> None:
        upwards = (bridge or 2 * widths[-1], *reversed(widths))
        super().__init__(
            [convolution_pair(i, o) for i, o in pairwise((channels, *widths))],
            convolution_pair(widths[-1], upwards[0], norm=bridge_norm, dilations=bridge_dilations),
            [nn.ConvTranspose2d(i, o, 2, stride=2) for i, o in pairwise(upwards)],
            [convolution_pair(2 * width, width) for width in upwards[1:]],
            nn.Conv2d(widths[0], 1, 1),
        )
