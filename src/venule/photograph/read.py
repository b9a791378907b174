"""Read a photograph from a file or an array."""

from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike
from PIL import Image

from venule.errors import PhotographError
from venule.photograph.decode import MOST_PIXELS, decode
from venule.photograph.fov import find_fov
from venule.photograph.photograph import Photograph
from venule.photograph.pillow import image_from_pil
from venule.photograph.pixels import image_from_array


def read_photograph(
    source: Path | str | bytes, *, name: str | None = None, max_pixels: int = MOST_PIXELS
) -> Photograph:
    """Read a photograph from a file or its bytes, and find its field of view.

    Args:
        source: path of the file, or its bytes.
        name: what messages call it; the path where none is given.
        max_pixels: a larger photograph is refused before memory is allocated for it.

    Raises:
        PhotographError: as `decode` and `find_fov` say; the message names the file.

    Example:
        >>> photograph = venule.read_photograph(folder / "images" / "phantom_0001.png")
        >>> photograph.fov.diameter > 200
        True
    """
    name = name or ("the photograph given as bytes" if isinstance(source, bytes) else str(source))
    image = decode(source, max_pixels=max_pixels, name=name)
    try:
        return Photograph(image, find_fov(image))
    except PhotographError as error:
        raise PhotographError(f"{name}: {error}", reason=error.reason) from error


def photograph_from_array(image: ArrayLike | Image.Image) -> Photograph:
    """Make a photograph of an array or an image of another library, and find its field of view.

    Args:
        image: an image of Pillow, or anything that `np.asarray` takes: uint8, uint16, or float in [0, 1];
            (height, width) or (height, width, 1) grey, (height, width, 3) RGB, (height, width, 4) RGBA.

    Raises:
        PhotographError: as `image_from_array`, `image_from_pil` and `find_fov` say.

    Example:
        >>> photograph_from_array(phantom.image).fov.diameter > 300
        True
    """
    if isinstance(image, Image.Image):
        pixels = image_from_pil(image)
    else:
        name = "the array" if isinstance(image, np.ndarray) else f"the {type(image).__name__}"
        pixels = image_from_array(np.asarray(image), name=name)
    return Photograph(pixels, find_fov(pixels))
