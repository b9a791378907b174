"""The channel attention of CMP-UNet as published."""

from collections.abc import Callable
from math import log2

import torch
from torch import Tensor, nn


class QueryAttention(nn.Module):
    """Weigh channels by what they hold where: one query a channel from its pooled map (Gu et al. 2023, CMP-UNet).

    A channel is pooled to n x n places, n = floor(log2 C), once by the maximum and once by the mean. Two dense layers
    that all channels share make one number of these 2 n^2, and two 1x1 convolutions make weights of the C numbers.

    Args:
        channels: C, of the feature map; at least 2.

    Shape:
        (N, C, H, W) -> (N, C, H, W)
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.places = int(log2(channels))
        area = self.places**2
        hidden, narrow = max(1, area // 2), max(1, channels // 4)
        self.query = nn.Sequential(nn.Linear(2 * area, hidden), nn.ReLU(), nn.Linear(hidden, 1))
        self.weigh = nn.Sequential(nn.Conv2d(channels, narrow, 1), nn.ReLU(), nn.Conv2d(narrow, channels, 1))

    def forward(self, x: Tensor) -> Tensor:
        pooled = torch.cat([_pool(x, self.places, torch.amax), _pool(x, self.places, torch.mean)], dim=2)
        return x * torch.sigmoid(self.weigh(self.query(pooled)[..., None]))


def _pool(x: Tensor, places: int, reduce: Callable[..., Tensor]) -> Tensor:
    """Adaptive pooling, (N, C, H, W) -> (N, C, places ** 2); torch's own cannot be exported for any size."""
    for axis in (2, 3):
        size = x.shape[axis]
        bins = [(i * size // places, ((i + 1) * size + places - 1) // places) for i in range(places)]
        x = torch.stack([reduce(x.narrow(axis, a, b - a), dim=axis) for a, b in bins], dim=axis)
    return x.flatten(2)
