"""Convert images of Pillow to uint8 RGB, upright."""

from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageOps

from venule.errors import PhotographError
from venule.photograph.arrays import ImageArray
from venule.photograph.pixels import check_dimensions, grey_of, image_from_array, over_black

_OPAQUE_MODES = ("1", "L", "P", "RGB", "RGBX", "CMYK", "YCbCr")
_ALPHA_MODES = ("LA", "La", "PA", "RGBA", "RGBa")


def image_from_pil(image: Image.Image, *, name: str = "the PIL image") -> ImageArray:
    """The pixels of an image of Pillow; the image is not changed.

    Args:
        image: mode 1, L, P, RGB, CMYK or YCbCr; LA or RGBA, placed over black; I;16 or I with values from 0 to 65535,
            scaled by the bits in use (see `image_from_array`); or F in [0, 1]. The EXIF orientation is applied. For
            16-bit colour pass the file instead, because Pillow keeps only 8 bits.
        name: what error messages call it.

    Returns:
        uint8 (height, width, 3) RGB.

    Raises:
        PhotographError: `broken-image` if the file is truncated or damaged, `too-small`, `unsupported-mode`, or
            `bad-array` for mode F with other values.

    Example:
        >>> from PIL import Image
        >>> image_from_pil(Image.fromarray(phantom.image)).shape
        (400, 400, 3)
    """
    try:
        image.load()
    except Exception as error:  # depends on the decoder
        raise PhotographError(
            f"{name} cannot be loaded ({error}): copy its file again", reason="broken-image"
        ) from error
    check_dimensions(image.height, image.width, name=name)
    white_is_zero, upright = has_white_as_zero(image), turned_upright(image)
    if upright.mode == "F":
        return image_from_array(np.asarray(upright), name=name)
    if upright.mode == "I":
        values = np.asarray(upright)
        if values.min() >= 0 and values.max() <= 65535:
            return image_from_array(values.astype(np.uint16), name=name)
    return eight_bits_of(upright, white_is_zero=white_is_zero, name=name)


def levels_from_pil(image: Image.Image, *, name: str = "the PIL image") -> NDArray[Any]:
    """The unchanged grey levels of a loaded image of Pillow, upright; transparent pixels are black.

    Returns:
        (height, width): uint8, uint16, int32 or float32, as in the image; 0 and 255 for mode 1.

    Raises:
        PhotographError: `unsupported-mode`.
    """
    white_is_zero, upright = has_white_as_zero(image), turned_upright(image)
    plain = "transparency" not in upright.info and not (white_is_zero and upright.mode.startswith("I"))
    if plain and upright.mode.startswith(("1", "L", "I", "F")) and upright.mode not in _ALPHA_MODES:
        return np.asarray(upright.convert("L") if upright.mode == "1" else upright)
    return grey_of(eight_bits_of(upright, white_is_zero=white_is_zero, name=name))


def eight_bits_of(upright: Image.Image, *, white_is_zero: bool, name: str) -> ImageArray:
    """The pixels of a loaded image; `white_is_zero` as `has_white_as_zero` says.

    Raises:
        PhotographError: `unsupported-mode`.
    """
    if upright.mode in _ALPHA_MODES or (upright.mode in _OPAQUE_MODES and "transparency" in upright.info):
        return over_black(np.asarray(upright.convert("RGBA")))
    if upright.mode in _OPAQUE_MODES:
        return np.array(upright if upright.mode == "RGB" else upright.convert("RGB"))
    if upright.mode.startswith("I;16") and not white_is_zero:
        return image_from_array(np.asarray(upright).astype(np.uint16), name=name)
    raise PhotographError(
        f"{name} holds pixels of mode {upright.mode!r}{' with white as zero' if white_is_zero else ''}, which are not "
        "read; save it with 8 or 16 bits a channel, grey or RGB",
        reason="unsupported-mode",
    )


def has_white_as_zero(opened: Image.Image) -> bool:
    """Whether 0 means white in a TIFF file; Pillow corrects this only for 8 bits."""
    return opened.format == "TIFF" and opened.getexif().get(ExifTags.Base.PhotometricInterpretation) == 0


def turned_upright(image: Image.Image) -> Image.Image:
    """The image with its EXIF orientation applied; an invalid one is ignored."""
    with suppress(Exception):  # it can cause any error in Pillow
        return ImageOps.exif_transpose(image)
    return image
