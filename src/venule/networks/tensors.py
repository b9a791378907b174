"""NumPy arrays as tensors, here because nothing but networks and training imports torch."""

from collections.abc import Mapping
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor


def to_tensors(arrays: Mapping[str, NDArray[Any]]) -> dict[str, Tensor]:
    """Copies of arrays, (height, width) or (height, width, channels), with the channels first."""
    return {
        name: torch.tensor(array[None] if array.ndim == 2 else array.transpose(2, 0, 1))
        for name, array in arrays.items()
    }
