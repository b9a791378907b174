"""Deformable sampling with an offset of its own for every pixel of every channel."""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

OffsetLayout = Literal["planar", "interleaved"]


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
            _check_square(height, width)
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


def _check_square(height: int, width: int) -> None:
    if torch.compiler.is_exporting():  # sizes are symbols there
        return
    if height != width:
        side = max(height, width)
        raise ValueError(
            f"input is {height}x{width}; interleaved offsets need a square: pad it to {side}x{side}, "
            f"or build with offset_layout='planar'"
        )
