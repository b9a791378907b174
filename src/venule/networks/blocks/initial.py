"""Initial weights that Keras draws otherwise than PyTorch."""

from math import sqrt

from torch import Tensor, nn

# The standard deviation of a standard normal distribution that is cut off at -2 and 2.
_CUT = 0.87962566103423978


def he_normal(weight: Tensor) -> None:
    """Fill a kernel in place as Keras' he_normal does (He et al. 2015).

    A normal distribution cut off at two standard deviations, widened so that its variance is still 2 / fan_in.
    """
    deviation = sqrt(2 / weight[0].numel()) / _CUT
    nn.init.trunc_normal_(weight, std=deviation, a=-2 * deviation, b=2 * deviation)
