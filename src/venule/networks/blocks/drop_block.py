"""DropBlock."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class DropBlock(nn.Module):
    """Drop square blocks of each channel while training (Ghiasi et al. 2018; as in SA-UNet, Guo et al. 2020).

    What is left is scaled up so that the sum of a constant map stays. Maps smaller than a block are dropped in
    blocks of their shorter side.

    Args:
        keep: probability that a pixel is kept, where blocks do not overlap.
        block: side of a block, pixels.

    Shape:
        (N, C, H, W) -> (N, C, H, W)
    """

    def __init__(self, keep: float, *, block: int = 7) -> None:
        super().__init__()
        if not 0 < keep <= 1:
            raise ValueError(f"keep must be above 0 and at most 1; got {keep}")
        self.keep, self.block = keep, block

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.keep == 1:
            return x
        height, width = x.shape[-2:]
        block = min(self.block, height, width)
        corners = (height - block + 1, width - block + 1)  # where a block's upper left corner can lie
        gamma = (1 - self.keep) / block**2 * (height * width) / (corners[0] * corners[1])
        seeds = (torch.rand(*x.shape[:2], *corners, device=x.device) < gamma).float()
        kept = 1 - F.max_pool2d(F.pad(seeds, (block - 1,) * 4), block, stride=1)
        kept = kept * (kept.numel() / kept.sum().clamp(min=1))
        return x * kept.to(x.dtype)
