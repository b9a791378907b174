"""Convert images of Pillow to uint8 RGB, upright."""

import io
from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, TiffImagePlugin

from venule.errors import PhotographError
from venule.photograph.arrays import ImageArray
from venule.photograph.pixels import check_dimensions, grey_of, image_from_array, over_black, turned

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
    left_in_xmp = image.info.pop("xmp", None)  # Pillow would turn a TIFF by it while it is loaded
    try:
        image.load()
    except Exception as error:  # depends on the decoder
        raise PhotographError(
            f"{name} cannot be loaded ({error}): copy its file again", reason="broken-image"
        ) from error
    finally:
        if left_in_xmp is not None:
            image.info["xmp"] = left_in_xmp
    check_dimensions(image.height, image.width, name=name)
    values = np.asarray(image) if image.mode in ("F", "I") else None
    if values is not None and image.mode == "I" and values.min() >= 0 and values.max() <= 65535:
        values = values.astype(np.uint16)
    if values is None or values.dtype == np.int32:
        return upright_pixels(image, name=name)
    return np.asarray(turned(image_from_array(values, name=name), orientation_of(image)), np.uint8)


def levels_from_pil(image: Image.Image, *, name: str = "the PIL image") -> NDArray[Any]:
    """The unchanged grey levels of a loaded image of Pillow, upright; transparent pixels are black.

    Returns:
        (height, width): uint8, uint16, int32 or float32, as in the image; 0 and 255 for mode 1.

    Raises:
        PhotographError: `unsupported-mode`.
    """
    plain = "transparency" not in image.info and not (_has_white_as_zero(image) and image.mode.startswith("I"))
    if plain and image.mode.startswith(("1", "L", "I", "F")) and image.mode not in _ALPHA_MODES:
        return turned(np.asarray(image.convert("L") if image.mode == "1" else image), orientation_of(image))
    return grey_of(upright_pixels(image, name=name))


def upright_pixels(image: Image.Image, *, name: str) -> ImageArray:
    """The pixels of a loaded image, uint8 (height, width, 3) RGB, upright.

    Raises:
        PhotographError: `unsupported-mode`.
    """
    return np.asarray(turned(_eight_bits(image, name=name), orientation_of(image)), np.uint8)


def orientation_of(image: Image.Image) -> int:
    """The orientation, 1 to 8, that the EXIF data or the TIFF tag of an image say; 1 if they say nothing or another.

    XMP is not asked, as Pillow would: programs leave an orientation there that they have already applied.
    """
    with suppress(Exception):  # damaged EXIF data can cause any error in Pillow
        if hasattr(image, "tag_v2"):
            said = image.tag_v2.get(ExifTags.Base.Orientation)
        else:
            packed = image.info.get("exif")
            if packed is None and "Raw profile type exif" in image.info:  # as ImageMagick writes it into PNG
                packed = bytes.fromhex("".join(image.info["Raw profile type exif"].split("\n")[3:]))
            exif = Image.Exif()
            exif.load(packed or b"")
            said = exif.get(ExifTags.Base.Orientation)
        return said if isinstance(said, int) and 1 <= said <= 8 else 1
    return 1


def _eight_bits(image: Image.Image, *, name: str) -> ImageArray:
    white_is_zero = _has_white_as_zero(image)
    if image.mode in _ALPHA_MODES or (image.mode in _OPAQUE_MODES and "transparency" in image.info):
        return over_black(np.asarray(image.convert("RGBA")))
    if image.mode in _OPAQUE_MODES:
        return np.array(image if image.mode == "RGB" else image.convert("RGB"))
    if image.mode.startswith("I;16") and not white_is_zero:
        return image_from_array(np.asarray(image).astype(np.uint16), name=name)
    if image.mode == "I" and image.format == "PPM":  # Pillow always scales to 65535
        return image_from_array(np.asarray(image).astype(np.uint16), name=name)
    raise PhotographError(
        f"{name} holds pixels of mode {image.mode!r}{' with white as zero' if white_is_zero else ''}, which are not "
        "read; save it with 8 or 16 bits a channel, grey or RGB",
        reason="unsupported-mode",
    )


def _has_white_as_zero(opened: Image.Image) -> bool:
    """Whether 0 means white in a TIFF file; Pillow corrects this only for 8 bits."""
    return opened.format == "TIFF" and opened.getexif().get(ExifTags.Base.PhotometricInterpretation) == 0


def tiff_tags(data: bytes) -> TiffImagePlugin.ImageFileDirectory_v2:
    """The tags of a TIFF's first page, also if Pillow cannot open it; any error where they are damaged."""
    tags = TiffImagePlugin.ImageFileDirectory_v2(data[:8])
    file = io.BytesIO(data)
    file.seek(tags.next)
    tags.load(file)
    return tags
