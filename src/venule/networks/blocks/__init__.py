"""The blocks that networks are built of, usable alone."""

from venule.networks.blocks.attention import CBAM, ChannelAttention, SpatialAttention
from venule.networks.blocks.cffa import CFFA
from venule.networks.blocks.convolution import (
    TransposedConvolution,
    convolution,
    convolution_pair,
    dropped_convolution,
    dropped_pair,
)
from venule.networks.blocks.drop_block import DropBlock
from venule.networks.blocks.levels import decode, encode
from venule.networks.blocks.mscaf import MSCAF
from venule.networks.blocks.offset import ConvOffset2D, OffsetLayout, resample
from venule.networks.blocks.pff import PFF
from venule.networks.blocks.query_attention import QueryAttention
from venule.networks.blocks.size import check_multiple

__all__ = [
    "CBAM",
    "CFFA",
    "MSCAF",
    "PFF",
    "ChannelAttention",
    "ConvOffset2D",
    "DropBlock",
    "OffsetLayout",
    "QueryAttention",
    "SpatialAttention",
    "TransposedConvolution",
    "check_multiple",
    "convolution",
    "convolution_pair",
    "decode",
    "dropped_convolution",
    "dropped_pair",
    "encode",
    "resample",
]
