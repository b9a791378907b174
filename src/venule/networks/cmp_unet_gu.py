"""CMP-UNet as published (Gu et al. 2023, doi 10.3390/electronics12234743)."""

from venule.networks.blocks import QueryAttention
from venule.networks.cmp_unet import CMPUNet


def cmp_unet_gu(
    widths: tuple[int, ...] = (32, 64, 128, 256, 512), *, dropout: float = 0.2, channels: int = 3
) -> CMPUNet:
    """A quarter of the slides' size: grouped 7x7 convolutions, no needless biases, and an attention of its own.

    Args:
        widths: channels of the levels, from full resolution down, the last at the bottom.
        dropout: share of values that are dropped while training.
        channels: of the input.
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
