"""Vessel maps to and from tensors of PyTorch."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from venule.convert.numpy_arrays import from_numpy
from venule.errors import MissingExtraError
from venule.photograph import array_of
from venule.vessels import VesselMap

if TYPE_CHECKING:
    from torch import Tensor


def to_torch(found: VesselMap) -> dict[str, Any]:
    """All that a vessel map holds, channels first, by the names that `from_torch` takes: a sample of a data set.

    Returns:
        `image`, uint8 (3, height, width); `vessels` and `fov`, bool (1, height, width); `probability`, float32
        (1, height, width), all of them copies; and the numbers and words `threshold`, `fov_diameter`, `model`.

    Raises:
        MissingExtraError: PyTorch is not installed.
    """
    try:
        import torch
    except ImportError as error:
        raise MissingExtraError("PyTorch is not installed: pip install torch, or 'venule[train]'") from error
    return {
        "image": torch.tensor(found.image.transpose(2, 0, 1)),
        "vessels": torch.tensor(found.vessels[None]),
        "fov": torch.tensor(found.fov[None]),
        "probability": torch.tensor(found.probability[None]),
        "threshold": found.threshold,
        "fov_diameter": found.fov_diameter,
        "model": found.model,
    }


def from_torch(
    vessels: "Tensor",
    *,
    image: "Tensor | None" = None,
    fov: "Tensor | None" = None,
    probability: "Tensor | None" = None,
    threshold: float = 0.5,
    fov_diameter: float | None = None,
    model: str = "",
) -> VesselMap:
    """Make a vessel map of tensors, on whichever device; undoes `to_torch`.

    Args:
        vessels: (height, width) or (1, height, width), bool, or of two values of which one is 0.
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


def _plane(tensor: "Tensor", name: str) -> NDArray[Any]:
    array = array_of(tensor, name=name)
    return np.asarray(array[..., 0] if array.ndim == 3 and array.shape[2] == 1 else array)
