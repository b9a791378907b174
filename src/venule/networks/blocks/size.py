"""The sizes that a network can take."""

import torch
from torch import Tensor


def check_multiple(x: Tensor, multiple: int) -> None:
    """Raise ValueError, which names the next size up, where height or width is no multiple of a number."""
    if torch.compiler.is_exporting():  # sizes are symbols there
        return
    height, width = x.shape[-2:]
    if height % multiple or width % multiple:
        up = [-(-n // multiple) * multiple for n in (height, width)]
        raise ValueError(
            f"input is {height}x{width}; this network halves it and needs multiples of {multiple}: "
            f"pad it to {up[0]}x{up[1]}"
        )
