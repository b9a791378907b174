"""The deformable U-Nets of the reference study: the full DU-Net (Jin et al. 2019), and its encoder alone."""

from collections.abc import Collection
from itertools import pairwise
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from venule.networks.blocks import check_multiple, convolution_pair
from venule.networks.unet import UNet

OffsetLayout = Literal["planar", "interleaved"]


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

    Interleaved offsets take squares only: for them the input is padded to one, below and on the right, and the
    output cut.

    Args:
        widths: channels of the encoder's levels, from full resolution down.
        encoder_levels: which levels of the encoder are deformable, where there are so many; 1 is full resolution.
        decoder_levels: which of the decoder.
        offset_layout: see `ConvOffset2D`.
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
        for level, (incoming, outgoing) in enumerate(pairwise((channels, *widths)), start=1):
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


class ConvOffset2D(nn.Module):
    """Resample each channel at places that a convolution learns (after Dai et al. 2017, as used by Jin et al. 2019).

    A 3x3 convolution without bias gives every pixel of every channel its own (dy, dx); the output is the input at
    (row + dy, column + dx), bilinear, positions clipped to the border.

    Args:
        channels: C, of the feature map.
        offset_layout: where dy and dx of channel i lie among the 2C planes. "planar": planes 2i and 2i + 1.
            "interleaved": planes 2i and 2i + 1, read on as one line of numbers, hold dy, dx, dy, dx, ..., which is
            what the Keras code of the time computes. Only for square inputs, as there.

    Shape:
        (N, C, H, W) -> (N, C, H, W)
    """

    def __init__(self, channels: int, *, offset_layout: OffsetLayout = "planar") -> None:
        super().__init__()
        if offset_layout not in ("planar", "interleaved"):
            raise ValueError(f"offset_layout must be 'planar' or 'interleaved'; got {offset_layout!r}")
        self.offset_layout = offset_layout
        self.offset = nn.Conv2d(channels, 2 * channels, 3, padding=1, bias=False)
        self.initialise()

    def initialise(self) -> None:
        """Draw the kernel from N(0, 0.01): as in Keras, 0.01 is the standard deviation."""
        nn.init.normal_(self.offset.weight, std=0.01)

    def forward(self, x: Tensor) -> Tensor:
        number, channels, height, width = x.shape
        offsets = self.offset(x)
        if self.offset_layout == "planar":
            offsets = offsets.unflatten(1, (channels, 2)).movedim(2, -1)
        else:
            if not torch.compiler.is_exporting() and height != width:  # sizes are symbols while exporting
                side = max(height, width)
                raise ValueError(
                    f"input is {height}x{width}; interleaved offsets need a square: pad it to {side}x{side}, "
                    f"or build with offset_layout='planar'"
                )
            offsets = offsets.reshape(number, channels, height, width, 2)
        return resample(x, offsets)


def resample(x: Tensor, offsets: Tensor) -> Tensor:
    """Read each pixel of a feature map somewhere else, bilinearly, positions clipped to the border.

    Args:
        x: (N, C, H, W).
        offsets: (N, C, H, W, 2), (dy, dx) in pixels.

    Returns:
        (N, C, H, W), of the type of `x`; computed in float32, since bfloat16 cannot hold a position.
    """
    height, width = x.shape[-2:]
    rows = torch.arange(height, device=x.device, dtype=torch.float32)[:, None] + offsets[..., 0]
    columns = torch.arange(width, device=x.device, dtype=torch.float32) + offsets[..., 1]
    # grid_sample wants (x, y) in -1 to 1. That the ends of this scale are the outer edges of the border pixels
    # (align_corners=False), not their centres, changes no position, and holds for a side of one pixel, too.
    grid = torch.stack([(2 * columns + 1) / width - 1, (2 * rows + 1) / height - 1], dim=-1)
    alone = x.flatten(0, 1)[:, None].float()  # every channel as a photograph of its own
    read = F.grid_sample(alone, grid.flatten(0, 1), padding_mode="border", align_corners=False)
    return torch.unflatten(read[:, 0], 0, x.shape[:2]).to(x.dtype)
