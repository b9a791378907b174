"""CMP-UNet as published (Gu et al. 2023, doi 10.3390/electronics12234743)."""

from venule.networks.blocks import QueryAttention
from venule.networks.cmp_unet import CMPUNet


def cmp_unet_gu(
    widths: tuple[int, ...] = (32, 64, 128, 256, 512), *, dropout: float = 0.2, channels: int = 3
) -> CMPUNet:
    """A quarter of the slides' size: grouped 7x7 convolutions, no unneeded biases, and an attention of its own.

    Arguments are those of `CMPUNet`.

    Example:
        >>> import torch
        >>> cmp_unet_gu((8, 16))(torch.zeros(1, 3, 32, 32)).shape
        torch.Size([1, 1, 32, 32])
    """
    return CMPUNet(
        widths,
        dropout=dropout,
        bias=False,
        grouped=True,
        attention=QueryAttention,
        residual=True,
        align_corners=True,
        channels=channels,
    )
