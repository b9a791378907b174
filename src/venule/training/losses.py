"""Loss functions."""

import torch
from torch import Tensor
from torch.nn import functional as F


def dice_loss(probability: Tensor, target: Tensor, *, smooth: float = 1.0) -> Tensor:
    """Soft Dice loss over all pixels given: 1 - (2 sum(pt) + s) / (sum p + sum t + s) (Milletari et al. 2016).

    Args:
        probability: in [0, 1], of any shape.
        target: in [0, 1], of the same shape.
        smooth: s, so that an empty crop is no division by 0.

    Returns:
        A scalar in [0, 1).
    """
    overlap = (probability * target).sum()
    return 1 - (2 * overlap + smooth) / (probability.sum() + target.sum() + smooth)


def vessel_loss(
    logits: Tensor, target: Tensor, fov: Tensor, *, cross_entropy: float, dice: float, background: float = 1.0
) -> Tensor:
    """Weighted sum of binary cross entropy and Dice loss, inside the field of view.

    Args:
        logits: (N, C, H, W).
        target: (N, C, H, W), the share of each pixel that is vessel, artery, vein or another thing, in [0, 1].
        fov: (N, 1, H, W), 1 inside the field of view and 0 outside.
        cross_entropy: weight of the cross entropy, a mean over pixels.
        dice: weight of the Dice loss, over the whole batch.
        background: weight in the cross entropy of the pixels in which nothing is drawn.

    Returns:
        A scalar.
    """
    logits = logits.float()
    weight = fov * (background + (1 - background) * (target.amax(dim=1, keepdim=True) > 0)) if background != 1 else fov
    weight = weight.expand_as(logits)
    entropy = F.binary_cross_entropy_with_logits(logits, target, weight=weight, reduction="sum")
    entropy = entropy / weight.sum().clamp(min=1)
    return cross_entropy * entropy + dice * dice_loss(torch.sigmoid(logits) * fov, target * fov)
