"""The deformable U-Nets of the reference study: the full DU-Net (Jin et al. 2019), and its encoder alone."""

from collections.abc import Collection

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from venule.networks.blocks import ConvOffset2D, OffsetLayout, check_multiple, convolution_pair
from venule.networks.unet import UNet


def deformable_encoder_unet(
    widths: tuple[int, ...] = (64, 128, 256, 512), *, offset_layout: OffsetLayout = "planar", channels: int = 3
) -> "DeformableUNet":
    """The U-Net whose second and third level of the encoder are deformable.

    Example:
        >>> import torch
        >>> deformable_encoder_unet((8, 16))(torch.zeros(1, 3, 32, 32)).shape
        torch.Size([1, 1, 32, 32])
    """
    return DeformableUNet(
        widths, encoder_levels=(2, 3), decoder_levels=(), offset_layout=offset_layout, channels=channels
    )


def du_net(
    widths: tuple[int, ...] = (64, 128, 256, 512), *, offset_layout: OffsetLayout = "planar", channels: int = 3
) -> "DeformableUNet":
    """DU-Net: the second and first level of the decoder are deformable, too.

    Example:
        >>> import torch
        >>> du_net((8, 16))(torch.zeros(1, 3, 32, 32)).shape
        torch.Size([1, 1, 32, 32])
    """
    return DeformableUNet(
        widths, encoder_levels=(2, 3), decoder_levels=(2, 1), offset_layout=offset_layout, channels=channels
    )


class DeformableUNet(nn.Module):
    """A U-Net, batch normalisation everywhere, that resamples before each convolution of some levels.

    Args:
        widths: channels of the encoder's levels, from full resolution down.
        encoder_levels: which levels of the encoder are deformable, where there are so many; 1 is full resolution.
        decoder_levels: which of the decoder.
        offset_layout: see `ConvOffset2D`. "interleaved" takes squares only: there the input is padded to one, below
            and on the right, and the output cut.
        channels: of the input.

    Shape:
        (N, channels, H, W) -> (N, 1, H, W) logits; H and W are multiples of 2 ** len(widths).
    """

    def __init__(
        self,
        widths: tuple[int, ...],
        *,
        encoder_levels: Collection[int],
        decoder_levels: Collection[int],
        offset_layout: OffsetLayout,
        channels: int,
    ) -> None:
        super().__init__()
        self.unet = UNet(widths, bridge_norm=True, channels=channels)
        self.multiple = self.unet.multiple
        self.square = offset_layout == "interleaved"
        levels = range(1, len(widths) + 1)
        for level, incoming, outgoing in zip(levels, (channels, *widths[:-1]), widths, strict=True):
            if level in encoder_levels:
                self.unet.encoder[level - 1] = _deformable_pair(incoming, outgoing, offset_layout)
            if level in decoder_levels:
                self.unet.decoder[-level] = _deformable_pair(2 * outgoing, outgoing, offset_layout)

    def forward(self, x: Tensor) -> Tensor:
        check_multiple(x, self.multiple)
        height, width = x.shape[-2:]
        if self.square:
            side = torch.sym_max(height, width)  # type: ignore[no-untyped-call]
            x = F.pad(x, (0, side - width, 0, side - height))
        logits: Tensor = self.unet(x)
        return logits[..., :height, :width]


def _deformable_pair(incoming: int, outgoing: int, layout: OffsetLayout) -> nn.Sequential:
    first, norm, activate, second, *rest = convolution_pair(incoming, outgoing)
    offsets = (ConvOffset2D(channels, offset_layout=layout) for channels in (incoming, outgoing))
    return nn.Sequential(next(offsets), first, norm, activate, next(offsets), second, *rest)
