"""The way down and up of every U-Net."""

from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def encode(x: Tensor, blocks: Iterable[nn.Module]) -> list[Tensor]:
    """Run a block a level, with max pooling 2x2 between levels.

    Args:
        x: (N, C, H, W).
        blocks: from full resolution down.

    Returns:
        What each block gives; the last is the bottom.
    """
    features: list[Tensor] = []
    for block in blocks:
        features.append(block(F.max_pool2d(features[-1], 2) if features else x))
    return features


def decode(features: list[Tensor], up: Iterable[nn.Module], blocks: Iterable[nn.Module]) -> list[Tensor]:
    """Go up again: upsample, concatenate [up, skip], run a block.

    Args:
        features: what `encode` gives.
        up: doubles height and width; from the bottom up, as `blocks`.
        blocks: take what is concatenated.

    Returns:
        What each block gives, from the coarsest to full resolution.
    """
    *skips, x = features
    decoded: list[Tensor] = []
    for double, block, skip in zip(up, blocks, reversed(skips), strict=True):
        x = block(torch.cat([double(x), skip], dim=1))
        decoded.append(x)
    return decoded
