"""The blocks that networks are built of, usable alone."""

from venule.networks.blocks.convolution import convolution_pair
from venule.networks.blocks.size import check_multiple

__all__ = ["check_multiple", "convolution_pair"]
