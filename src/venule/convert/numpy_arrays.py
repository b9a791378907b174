"""Vessel maps to and from NumPy arrays."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from venule.arrays import BoolArray, FloatArray, ImageArray, ProbabilityArray
from venule.errors import VenuleError
from venule.photograph import FieldOfView, find_fov, fov_from_mask, image_from_array
from venule.vessels import VesselMap


def to_numpy(found: VesselMap) -> dict[str, Any]:
    """All that a vessel map holds, by the names that `from_numpy` takes.

    `numpy.savez(file, **to_numpy(found))` keeps it, and `from_numpy(**numpy.load(file))` has it again.
    """
    names = ("vessels", "image", "fov", "probability", "threshold", "fov_diameter", "model")
    return {name: getattr(found, name) for name in names}


def from_numpy(
    vessels: NDArray[Any],
    *,
    image: NDArray[Any] | None = None,
    fov: NDArray[Any] | None = None,
    probability: FloatArray | None = None,
    threshold: float = 0.5,
    fov_diameter: float | None = None,
    model: str = "",
) -> VesselMap:
    """Make a vessel map of a drawing, or of what another program has found.

    Args:
        vessels: (height, width), bool, or of two values of which one is 0. What lies outside the field of view is left
            out.
        image: the photograph, of any kind that `venule.photograph.image_from_array` takes; None: black.
        fov: the field of view, like `vessels`; None: found in the photograph; without one, the whole frame.
        probability: float (height, width) in [0, 1]; None: 1 where there is vessel, 0 elsewhere. Outside the field of
            view it becomes 0.
        threshold: what made `vessels` of the probability.
        fov_diameter: in pixels; None: of the circle of the field of view.
        model: name of what found the vessels; "" for a drawing, which has no intervals of an unsure network.

    Returns:
        The vessel map, as `venule.segment` gives it.

    Raises:
        PhotographError: as `image_from_array`, `find_fov` and `fov_from_mask` say.
        VenuleError: `bad-mask` for a mask with more than two values or other axes, `bad-array` for a probability that
            is none, `wrong-size` where the sizes differ.
    """
    drawn = mask_of(vessels, name="vessels")
    photograph = None if image is None else image_from_array(image, name="image")
    region = _field_of_view(fov, photograph, drawn.shape)
    _check_size("fov", region.mask.shape, drawn.shape)
    inside = drawn & region.mask
    likely = inside.astype(np.float32) if probability is None else _probability(probability, region.mask)
    return VesselMap(
        probability=likely,
        vessels=inside,
        fov=region.mask,
        threshold=float(threshold),
        fov_diameter=region.diameter if fov_diameter is None else float(fov_diameter),
        model=str(model),
        image=np.zeros((*drawn.shape, 3), np.uint8) if photograph is None else photograph,
    )


def mask_of(array: NDArray[Any], *, name: str) -> BoolArray:
    """A mask as bool.

    Raises:
        VenuleError: `bad-mask`: it has more than two values, none of them is 0, or it has not two axes.
    """
    values = np.asarray(array)
    if values.ndim != 2:
        raise VenuleError(f"{name} has shape {values.shape}; a mask is (height, width)", reason="bad-mask")
    if values.dtype == np.bool_:
        return values.astype(np.bool_, copy=False)
    above = np.asarray(values != 0, np.bool_)
    high = values.max(initial=0)
    if high < 0 or not (values[above] == high).all():
        raise VenuleError(
            f"{name} is {values.dtype} with more than two values; make a mask of it, such as {name} > 127",
            reason="bad-mask",
        )
    return above


def _field_of_view(fov: NDArray[Any] | None, photograph: ImageArray | None, shape: tuple[int, ...]) -> FieldOfView:
    if photograph is not None:
        _check_size("image", photograph.shape[:2], shape)
    if fov is not None:
        return fov_from_mask(mask_of(fov, name="fov"))
    return fov_from_mask(np.ones(shape, np.bool_)) if photograph is None else find_fov(photograph)


def _probability(probability: FloatArray, fov: BoolArray) -> ProbabilityArray:
    values = np.asarray(probability)
    _check_size("probability", values.shape, fov.shape)
    if values.dtype.kind != "f" or not ((values >= 0) & (values <= 1)).all():
        raise VenuleError(
            f"probability is {values.dtype} with values from {values.min():g} to {values.max():g}; it is float in "
            "[0, 1] (nan: not a number)",
            reason="bad-array",
        )
    return np.where(fov, values, 0).astype(np.float32)


def _check_size(name: str, shape: tuple[int, ...], expected: tuple[int, ...]) -> None:
    if shape != expected:
        raise VenuleError(
            f"{name} is {shape}, vessels are {expected}: they must be of one photograph, unscaled", reason="wrong-size"
        )
