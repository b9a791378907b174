"""Vessel maps to and from images of Pillow."""

from collections.abc import Callable
from typing import Literal

import numpy as np
from PIL import Image

from venule.arrays import BoolArray, ImageArray
from venule.convert.numpy_arrays import from_numpy
from venule.errors import VenuleError
from venule.photograph import image_from_pil
from venule.vessels import VesselMap

Picture = Literal["vessels", "fov", "probability", "overlay", "image"]

_PIXELS: dict[str, Callable[[VesselMap], ImageArray]] = {
    "vessels": lambda found: np.where(found.vessels, 255, 0).astype(np.uint8),
    "fov": lambda found: np.where(found.fov, 255, 0).astype(np.uint8),
    "probability": lambda found: np.rint(found.probability * 255).astype(np.uint8),
    "overlay": VesselMap.overlay,
    "image": lambda found: found.image,
}


def to_pil(found: VesselMap, what: Picture = "vessels") -> Image.Image:
    """A picture of a vessel map, of the size of the photograph.

    Args:
        found: the vessel map.
        what: "vessels" or "fov", mode L, 0 and 255; "probability", mode L, probability x 255, rounded; "overlay", the
            photograph with its vessels, or "image", the photograph, mode RGB.

    Raises:
        VenuleError: `unknown-picture`.
    """
    if what not in _PIXELS:
        raise VenuleError(f"unknown picture {what!r}: choose one of {', '.join(_PIXELS)}", reason="unknown-picture")
    return Image.fromarray(_PIXELS[what](found))


def from_pil(vessels: Image.Image, *, image: Image.Image | None = None, fov: Image.Image | None = None) -> VesselMap:
    """Make a vessel map of a drawing; undoes `to_pil` of vessels, image and field of view.

    Args:
        vessels: vessel where it is brighter than half (grey level 127), or 1 in an image of 0 and 1.
        image: the photograph, of any mode that `venule.photograph.image_from_pil` takes; None: black.
        fov: the field of view, like `vessels`; None: found in the photograph; without one, the whole frame.

    Raises:
        PhotographError: as `image_from_pil`, `find_fov` and `fov_from_mask` say.
        VenuleError: `wrong-size` where the sizes differ.
    """
    return from_numpy(
        _mask(vessels, "vessels"),
        image=None if image is None else image_from_pil(image, name="image"),
        fov=None if fov is None else _mask(fov, "fov"),
    )


def _mask(image: Image.Image, name: str) -> BoolArray:
    grey = np.asarray(Image.fromarray(image_from_pil(image, name=name)).convert("L"))
    return np.asarray(grey > (127 if grey.max() > 1 else 0), np.bool_)
