"""Attention over channels and over places."""

import torch
from torch import Tensor, nn

from venule.networks.blocks.initial import he_normal


class ChannelAttention(nn.Module):
    """Weigh channels by what they hold on average and at most (Woo et al. 2018, CBAM).

    Args:
        channels: C, of the feature map.
        ratio: how far the shared layers narrow, to one channel at least.

    Shape:
        (N, C, H, W) -> (N, C, H, W)
    """

    def __init__(self, channels: int, *, ratio: int = 8) -> None:
        super().__init__()
        narrow = max(1, channels // ratio)
        self.shared = nn.Sequential(nn.Conv2d(channels, narrow, 1), nn.ReLU(), nn.Conv2d(narrow, channels, 1))
        self.initialise()

    def initialise(self) -> None:
        """Draw he_normal kernels; biases are zero."""
        for parameter in self.shared.parameters():
            if parameter.ndim == 4:
                he_normal(parameter)
            else:
                nn.init.zeros_(parameter)

    def forward(self, x: Tensor) -> Tensor:
        mean, peak = x.mean((2, 3), keepdim=True), x.amax((2, 3), keepdim=True)
        return x * torch.sigmoid(self.shared(mean) + self.shared(peak))


class SpatialAttention(nn.Module):
    """Weigh places by the mean and the peak over channels around them (Woo et al. 2018, CBAM).

    Shape:
        (N, C, H, W) -> (N, C, H, W)
    """

    def __init__(self, *, kernel: int = 7) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(2, 1, kernel, padding=kernel // 2, bias=False)
        self.initialise()

    def initialise(self) -> None:
        """Draw a he_normal kernel."""
        he_normal(self.convolution.weight)

    def forward(self, x: Tensor) -> Tensor:
        summary = torch.cat([x.mean(1, keepdim=True), x.amax(1, keepdim=True)], dim=1)
        return x * torch.sigmoid(self.convolution(summary))


class CBAM(nn.Module):
    """Channel attention, then spatial attention (Woo et al. 2018).

    Shape:
        (N, C, H, W) -> (N, C, H, W)
    """

    def __init__(self, channels: int, *, ratio: int = 8, kernel: int = 7) -> None:
        super().__init__()
        self.channel = ChannelAttention(channels, ratio=ratio)
        self.spatial = SpatialAttention(kernel=kernel)

    def forward(self, x: Tensor) -> Tensor:
        weighed: Tensor = self.spatial(self.channel(x))
        return weighed
