"""An image of another library -> an array, without importing that library."""

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from venule.errors import PhotographError

_DIMENSIONS = {
    "row": ("y", "row", "rows", "height"),
    "column": ("x", "column", "columns", "col", "cols", "width"),
    "channel": ("channel", "channels", "band", "bands", "rgb", "rgba", "colour", "color", "c"),
}
_COLOURS = {"r": 0, "red": 0, "g": 1, "green": 1, "b": 2, "blue": 2, "a": 3, "alpha": 3}
_CHANNELS = (1, 3, 4)


class SupportsArray(Protocol):
    """An array of any library: NumPy, xarray, PyTorch, JAX, Dask, zarr."""

    def __array__(self, dtype: Any = None, /) -> NDArray[Any]:
        """Itself as a NumPy array."""


def array_of(image: SupportsArray, *, name: str | None = None) -> NDArray[Any]:
    """The values of an array of any library, with the channels last.

    Args:
        image: a NumPy array, or what NumPy makes one of, as it is; an xarray DataArray, whose dimensions are told by
            their names and whose channels by their labels, where these are colours; or a PyTorch tensor, channels
            first or last, alone or as a batch of one.
        name: what error messages call it; by default its type.

    Returns:
        (height, width) or (height, width, channels), of whichever type; of a tensor, floats are float32.

    Raises:
        PhotographError: `bad-array`: it is no array, or nothing says which of its axes is which.
    """
    name = name or f"the {type(image).__name__}"
    if _is_of("xarray", image):
        return _from_xarray(image, name)
    if _is_of("torch", image):
        return _from_torch(image, name)
    if hasattr(image, "__array__"):
        return np.asarray(image)
    raise PhotographError(
        f"{name} is no photograph; give an array, a PIL image, an xarray DataArray, a PyTorch tensor, the path of a "
        "file, or its content as bytes",
        reason="bad-array",
    )


def _is_of(library: str, image: object) -> bool:
    return any(kind.__module__.partition(".")[0] == library for kind in type(image).__mro__)


def _from_xarray(array: Any, name: str) -> NDArray[Any]:
    if not hasattr(array, "dtype"):
        raise PhotographError(
            f"{name} holds {len(array)} variables; give the one with the photograph, such as dataset['image']",
            reason="bad-array",
        )
    known = {str(dim).lower(): dim for dim in array.dims}
    found = {axis: [known[each] for each in names if each in known] for axis, names in _DIMENSIONS.items()}
    order = [dims[0] for dims in found.values() if dims]
    others = [dim for dim in array.dims if dim not in order]
    twice = any(len(dims) > 1 for dims in found.values())
    if twice or not (found["row"] and found["column"]) or any(array.sizes[dim] != 1 for dim in others):
        raise PhotographError(
            f"{name} has the dimensions {tuple(array.dims)} of {tuple(array.shape)}; name them y, x and, where there "
            "is one, channel, and select one photograph: array.rename(...), array.isel(...)",
            reason="bad-array",
        )
    upright = array.isel(dict.fromkeys(others, 0)).transpose(*order)
    values = np.asarray(upright.to_numpy())
    if not found["channel"] or order[2] not in upright.coords:
        return values
    colours = [_COLOURS.get(str(label).lower()) for label in np.atleast_1d(upright.coords[order[2]].to_numpy())]
    if len(colours) > 1 and set(colours) == set(range(len(colours))):
        return values[..., [colours.index(colour) for colour in range(len(colours))]]
    return values


def _from_torch(tensor: Any, name: str) -> NDArray[Any]:
    shape = tuple(tensor.shape)
    try:  # float32: NumPy knows no bfloat16
        array = np.asarray((tensor.float() if tensor.is_floating_point() else tensor).numpy(force=True))
    except (TypeError, RuntimeError) as error:
        raise PhotographError(f"{name} is {tensor.dtype} and gives no array: {error}", reason="bad-array") from error
    if array.ndim == 4 and len(array) == 1:
        array = array[0]
    if array.ndim not in (2, 3):
        raise PhotographError(
            f"{name} has shape {shape}; give one photograph, (3, height, width) or (height, width, 3)",
            reason="bad-array",
        )
    if array.dtype.kind == "f" and array.min() < 0:
        raise PhotographError(
            f"{name} has values from {array.min():g} to {array.max():g}, as if it were normalised for a network; give "
            "the pixels themselves, uint8 or float in [0, 1]",
            reason="bad-array",
        )
    if array.ndim == 2:
        return array
    first, last = array.shape[0] in _CHANNELS, array.shape[2] in _CHANNELS
    if first == last:
        raise PhotographError(
            f"{name} has shape {shape}, which does not say whether the channels come first or last; give (3, height, "
            "width) or (height, width, 3)",
            reason="bad-array",
        )
    return array.transpose(1, 2, 0) if first else array
