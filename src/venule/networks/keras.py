"""Keras' conventions, to repeat trainings that were done with Keras."""

from torch import nn

from venule.networks.blocks import ChannelAttention, SpatialAttention
from venule.networks.deformable import ConvOffset2D


def use_keras_conventions(network: nn.Module) -> None:
    """Draw all weights again as Keras does, and normalise batches as Keras does, in place.

    Kernels are glorot_uniform and biases zero, but for blocks that name their own initial weights (attention:
    he_normal; offsets: N(0, 0.01)); batch normalisation has momentum 0.99 (PyTorch counts it as 0.01) and eps 1e-3.
    Call it before weights are loaded: momentum and eps are not among them.

    Example:
        >>> network = venule.networks.create("unet", widths=(8, 16))
        >>> use_keras_conventions(network)
    """
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum, module.eps = 0.01, 1e-3
            module.reset_parameters()
        elif isinstance(module, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
            nn.init.xavier_uniform_(module.weight)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
    for module in network.modules():
        if isinstance(module, ChannelAttention | SpatialAttention | ConvOffset2D):
            module.initialise()
