"""Vessel maps to and from what other libraries hold: NumPy, Pillow, xarray, PyTorch.

`from_X` makes a vessel map, also of a drawing or of what another program has found, and `to_X` undoes it. xarray and
PyTorch (through `venule.networks`) are imported where they are needed, and only by what makes something of theirs.
"""

from venule.convert.numpy_arrays import from_numpy, to_numpy
from venule.convert.pil_images import from_pil, to_pil
from venule.convert.torch_tensors import from_torch, to_torch
from venule.convert.xarray_datasets import from_xarray, to_xarray

__all__ = ["from_numpy", "from_pil", "from_torch", "from_xarray", "to_numpy", "to_pil", "to_torch", "to_xarray"]
