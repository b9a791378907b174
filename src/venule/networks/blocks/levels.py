"""The way down and up of every U-Net."""

from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def encode(x: Tensor, blocks: Iterable[nn.Module]) -> list[Tensor]:
    """The output of each block, from full resolution down, with max pooling 2x2 between them."""
    features: list[Tensor] = []
    for block in blocks:
        features.append(block(F.max_pool2d(features[-1], 2) if features else x))
    return features


def decode(features: list[Tensor], up: Iterable[nn.Module], blocks: Iterable[nn.Module]) -> list[Tensor]:
    """The output of each block, from the coarsest to full resolution: upsample, concatenate [up, skip], run the block.

    `features` are those of `encode`; `up` and `blocks` are in order from the bottom up.
    """
    *skips, x = features
    decoded: list[Tensor] = []
    for double, block, skip in zip(up, blocks, reversed(skips), strict=True):
        x = block(torch.cat([double(x), skip], dim=1))
        decoded.append(x)
    return decoded
