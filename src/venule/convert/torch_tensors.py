"""Vessel maps to and from tensors of PyTorch."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from venule.convert.numpy_arrays import from_numpy, to_numpy
from venule.errors import MissingExtraError
from venule.photograph import SupportsArray, array_of
from venule.vessels import VesselMap


def to_torch(found: VesselMap) -> dict[str, Any]:
    """All that a vessel map holds, channels first, by the names that `from_torch` takes: a sample of a data set.

    Returns:
        `image`, uint8 (3, height, width); `vessels` and `fov`, bool (1, height, width); `probability`, float32
        (1, height, width), all of them copies; and the numbers and words `threshold`, `fov_diameter`, `model`.

    Raises:
        MissingExtraError: PyTorch is not installed.
    """
    try:
        from venule.networks.tensors import to_tensors  # here: torch takes seconds to import
    except MissingExtraError as error:
        raise MissingExtraError("PyTorch is not installed: pip install torch, or 'venule[train]'") from error
    held = to_numpy(found)
    arrays = {name: value for name, value in held.items() if isinstance(value, np.ndarray)}
    return held | to_tensors(arrays)


def from_torch(
    vessels: SupportsArray,
    *,
    image: SupportsArray | None = None,
    fov: SupportsArray | None = None,
    probability: SupportsArray | None = None,
    threshold: float = 0.5,
    fov_diameter: float | None = None,
    model: str = "",
) -> VesselMap:
    """Make a vessel map of tensors, on whichever device; undoes `to_torch`.

    Args:
        vessels: a tensor, (height, width) or (1, height, width), bool, or of two values of which one is 0.
        image: the photograph, (3, height, width) or (height, width, 3), uint8 or float in [0, 1]; None: black.
        fov: the field of view, like `vessels`; None: found in the photograph; without one, the whole frame.
        probability: float in [0, 1], (height, width) or (1, height, width); None: that of `vessels`.
        threshold: what made `vessels` of the probability.
        fov_diameter: in pixels; None: of the circle of the field of view.
        model: name of what found the vessels; "" for a drawing.

    Raises:
        PhotographError: as `venule.photograph.array_of` and `from_numpy` say.
        VenuleError: as `from_numpy` says.
    """
    return from_numpy(
        _plane(vessels, "vessels"),
        image=None if image is None else array_of(image, name="image"),
        fov=None if fov is None else _plane(fov, "fov"),
        probability=None if probability is None else _plane(probability, "probability"),
        threshold=threshold,
        fov_diameter=fov_diameter,
        model=model,
    )


def _plane(tensor: SupportsArray, name: str) -> NDArray[Any]:
    array = array_of(tensor, name=name)
    return np.asarray(array[..., 0] if array.ndim == 3 and array.shape[2] == 1 else array)
