"""Read the pixels of a file, upright, as uint8 RGB."""

import io
import re
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, Jpeg2KImagePlugin, TiffImagePlugin, UnidentifiedImageError, WebPImagePlugin

from venule.errors import MaskError, PhotographError, VenuleError
from venule.photograph.arrays import ImageArray
from venule.photograph.damage import jpeg_damage, png_damage, tiff_damage
from venule.photograph.pages import photograph_pages
from venule.photograph.pillow import levels_from_pil, orientation_of, tiff_tags, upright_pixels
from venule.photograph.pixels import MOST_SCANS, check_dimensions, grey_of, image_from_array, turned

# Listed, so that Pillow does not start another program (Ghostscript); three readers must be imported first.
_FORMATS = (
    "JPEG",
    "PNG",
    "GIF",
    "BMP",
    "PPM",
    TiffImagePlugin.TiffImageFile.format,
    WebPImagePlugin.WebPImageFile.format,
    Jpeg2KImagePlugin.Jpeg2KImageFile.format,
)
_SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG", b"II*\0", b"MM\0*", b"GIF8", b"RIFF", b"BM")
SUFFIXES = (
    ".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".jp2", ".png", ".tif", ".tiff", ".gif", ".bmp", ".ppm", ".pgm", ".pnm",
    ".webp", ".dcm",
)  # fmt: skip
_OTHERS = {  # what is not read, and how it begins
    "a HEIC photograph, as telephones take them": rb"....ftyp(hei|hev|mif1|msf1)",
    "an AVIF image": rb"....ftypavi",
    "a PDF document": rb"\s*%PDF-",
    "a film": rb"....ftyp|\x1aE\xdf\xa3|RIFF....AVI ",
    "an SVG drawing": rb"\s*(<\?xml.*)?<svg",
    "a ZIP archive": rb"PK\x03\x04",
}
MOST_PIXELS = 300_000_000
_DAMAGE = {"JPEG": jpeg_damage, "MPO": jpeg_damage, "PNG": png_damage, "TIFF": tiff_damage}
_switches_lock = threading.Lock()


def decode(source: Path | str | bytes, *, max_pixels: int = MOST_PIXELS, name: str | None = None) -> ImageArray:
    """Read a photograph from a file or its content.

    The format can be JPEG, JPEG 2000, PNG, TIFF, GIF, BMP, PPM or WebP, and DICOM with the extra `dicom`. Pixels can be
    black and white, grey, palette, RGB, RGBA (over black), CMYK or YCbCr, with 8 or 16 bits per channel (16 bits are
    scaled by the bits in use, see `image_from_array`). The EXIF orientation is applied. Thumbnails and reduced copies
    beside the photograph are passed over; red, green and blue in pages that ImageJ or OME name are put together.
    Memory is limited to 40 bytes per pixel (10 for the usual JPEG) plus three times the size of the file.

    Args:
        source: path of the file, or its bytes.
        max_pixels: a larger photograph is refused by its header, before memory is allocated.
        name: its name in messages; by default the path.

    Returns:
        uint8 (height, width, 3) RGB.

    Raises:
        PhotographError: with one of the reasons `not-found`, `not-a-file` (a folder, a device), `unreadable`,
            `empty-file`, `not-an-image`, `broken-image` (truncated or damaged), `several-pages` (it cannot be told
            which is the photograph), `too-small`, `too-large`, `unsupported-mode`; for DICOM also `other-modality`
            and `burned-in-annotation`.
        MissingExtraError: it is DICOM, and pydicom or a decoder is not installed.

    Example:
        >>> decode(folder / "images" / "phantom_0001.png").dtype.name
        'uint8'
    """
    name = name or ("the photograph given as bytes" if isinstance(source, bytes) else str(source))
    data = _content(source, name=name)
    if is_dicom(data, name=name):
        from venule.photograph.dicom import read_image  # here: most runs meet no DICOM

        return read_image(data, max_pixels=max_pixels, name=name)
    with _opened(data, max_pixels=max_pixels, name=name) as opened:
        pages = photograph_pages(opened, name=name)
        opened.seek(pages[0])
        check_dimensions(opened.height, opened.width, name=name, most=max_pixels)
        if len(pages) == 1:
            return _pixels(_page(opened, pages[0]), data, name=name)
        channels = [levels_from_pil(_page(opened, page), name=name) for page in pages]
        return image_from_array(np.dstack(channels), name=name)


def decode_levels(source: Path | str | bytes, *, max_pixels: int, name: str) -> NDArray[Any]:
    """Read the grey levels of a file as they are, unscaled: of a mask, or a map of probability.

    Arguments and errors are those of `decode`; a file of several pages is a `MaskError`.

    Returns:
        (height, width): uint8, uint16, int32 or float32, as the file has them; 0 and 255 of black and white.
    """
    data = _content(source, name=name)
    if is_dicom(data, name=name):
        return grey_of(decode(data, max_pixels=max_pixels, name=name))
    with _opened(data, max_pixels=max_pixels, name=name) as opened:
        count = 1 if opened.format == "MPO" else getattr(opened, "n_frames", 1)
        if count > 1:
            raise MaskError(f"{name} has {count} pages or frames: save the one that is meant by itself")
        _page(opened, 0)
        if _has_sixteen_bits_of_colour(opened, data):
            return grey_of(_pixels(opened, data, name=name))
        return levels_from_pil(opened, name=name)


def is_dicom(data: bytes, *, name: str = "") -> bool:
    """Whether a file is DICOM, by its mark at byte 128 or by its name.

    Args:
        data: its content.
        name: its name; a file without the mark is DICOM if its name ends in ".dcm" and it does not begin like another
            image format.
    """
    return data[128:132] == b"DICM" or (name.lower().endswith(".dcm") and not data.startswith(_SIGNATURES))


def looks_like_photograph(head: bytes) -> bool:
    """Whether a file without an ending may be a photograph: DICOM, JPEG, PNG or TIFF by its first 132 bytes."""
    return is_dicom(head) or head.startswith(_SIGNATURES[:4])


def _content(source: Path | str | bytes, *, name: str) -> bytes:
    data = source if isinstance(source, bytes) else _read(Path(source))
    if not data:
        raise PhotographError(f"{name} is empty (0 bytes): copy the file again", reason="empty-file")
    return data


@contextmanager
def _opened(data: bytes, *, max_pixels: int, name: str) -> Iterator[Image.Image]:
    """Open an image; what goes wrong with its pixels is damage."""
    with _open(data, max_pixels=max_pixels, name=name) as opened:
        check_dimensions(opened.height, opened.width, name=name, most=max_pixels, smallest=1)
        try:
            scans = data.count(b"\xff\xda") if opened.format in ("JPEG", "MPO") else 0
            if scans > MOST_SCANS:
                raise ValueError(f"a JPEG with {scans:,} scans, which could take hours; the limit is {MOST_SCANS}")
            find_damage = _DAMAGE.get(opened.format or "")
            if find_damage and (damage := find_damage(data)):
                raise ValueError(damage)
            with _pillow_set_up(max_pixels, locked=opened.format == "TIFF"):  # Pillow checks the size of each page
                yield opened
        except VenuleError:
            raise
        except Exception as error:  # Pillow's decoders raise OSError, SyntaxError, ValueError, struct.error, ...
            raise PhotographError(
                f"{name} is truncated or damaged ({error}): copy the file again", reason="broken-image"
            ) from error


def _page(opened: Image.Image, number: int) -> Image.Image:
    """The image with one of its pages loaded; a truncated one is an error here."""
    opened.seek(number)
    opened.info.pop("xmp", None)  # Pillow turns a TIFF by it; see `orientation_of`
    opened.load()
    return opened


def _read(path: Path) -> bytes:
    try:
        if path.is_char_device() or path.is_block_device():  # these have no end
            raise PhotographError(f"{path} is a device: give a photograph", reason="not-a-file")
        return path.read_bytes()
    except FileNotFoundError:
        raise PhotographError(f"{path} does not exist: check the path", reason="not-found") from None
    except IsADirectoryError:
        raise PhotographError(f"{path} is a folder: give a photograph in it", reason="not-a-file") from None
    except (OSError, ValueError) as error:  # ValueError: a name with a null byte
        said = getattr(error, "strerror", None) or error
        raise PhotographError(
            f"{str(path)!r} cannot be read ({said}): check the name, the permissions and the disk", reason="unreadable"
        ) from error


def _open(data: bytes, *, max_pixels: int, name: str) -> Image.Image:
    """Read the header."""
    try:
        with _pillow_set_up(max_pixels):
            return Image.open(io.BytesIO(data), formats=_FORMATS)
    except Image.DecompressionBombError:  # Pillow raises this at twice the limit; below, `decode` refuses with the size
        raise PhotographError(
            f"{name} has more than {2 * max_pixels:,} pixels; the limit is {max_pixels:,}: make it smaller, or raise "
            "max_pixels",
            reason="too-large",
        ) from None
    except UnidentifiedImageError:
        if form := _unread_tiff(data):
            raise PhotographError(
                f"{name} is a TIFF with {form}, which is not read: save it with 8 or 16 bits a channel, grey or RGB",
                reason="unsupported-mode",
            ) from None
        if data.startswith(_SIGNATURES):
            raise PhotographError(
                f"{name} begins like an image, but its header is truncated or damaged: copy the file again",
                reason="broken-image",
            ) from None
        for what, begins in _OTHERS.items():
            if re.match(begins, data[:64], re.DOTALL):
                raise PhotographError(
                    f"{name} is {what}, which is not read: export the photograph in it as JPEG, PNG or TIFF",
                    reason="unsupported-mode",
                ) from None
        raise PhotographError(
            f"{name} is not an image in a known format; use JPEG, JPEG 2000, PNG, TIFF, GIF, BMP, PPM, WebP or DICOM",
            reason="not-an-image",
        ) from None
    except Exception as error:  # a damaged header can cause any error in Pillow
        raise PhotographError(
            f"{name} has a damaged header ({error}): copy the file again", reason="broken-image"
        ) from error


def _unread_tiff(data: bytes) -> str:
    """What the header of a TIFF says of its pixels, if it is whole; "" if it is not, or for another file."""
    try:
        tags = tiff_tags(data)
        bits, kind = tags[ExifTags.Base.BitsPerSample], int(tags.get(ExifTags.Base.SampleFormat, (1,))[0])
        width, height = int(tags[ExifTags.Base.ImageWidth]), int(tags[ExifTags.Base.ImageLength])
    except Exception:  # a damaged header can cause any error in Pillow
        return ""
    numbers = {2: "signed integers", 3: "floating-point numbers"}.get(kind, "integers")
    return f"{len(bits)} channels of {bits[0]}-bit {numbers}" if width > 0 and height > 0 else ""


@contextmanager
def _pillow_set_up(max_pixels: int, *, locked: bool = True) -> Iterator[None]:
    """Change two settings of Pillow, which apply to the whole process, while a file is opened.

    One is the limit on size, because the canvas of a GIF is filled when it is opened. The other makes Pillow read
    uncompressed TIFF files with libtiff, which refuses files whose size Pillow and OpenCV would read differently.
    """
    if not locked:
        yield
        return
    with _switches_lock, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        before = Image.MAX_IMAGE_PIXELS, TiffImagePlugin.READ_LIBTIFF
        Image.MAX_IMAGE_PIXELS, TiffImagePlugin.READ_LIBTIFF = max_pixels, True
        try:
            yield
        finally:
            Image.MAX_IMAGE_PIXELS, TiffImagePlugin.READ_LIBTIFF = before


def _pixels(opened: Image.Image, data: bytes, *, name: str) -> ImageArray:
    if _has_sixteen_bits_of_colour(opened, data):
        return _sixteen_bits_of_colour(opened, data, name=name)
    return upright_pixels(opened, name=name)


def _has_sixteen_bits_of_colour(opened: Image.Image, data: bytes) -> bool:
    """Whether Pillow would keep only the highest eight bits, which leaves four of a 12-bit photograph."""
    if not opened.mode.startswith("RGB"):
        return False
    if opened.format == "PNG":
        return data[24] == 16  # bit depth in IHDR, the first chunk
    bits = opened.getexif().get(ExifTags.Base.BitsPerSample) if opened.format == "TIFF" else None
    return isinstance(bits, tuple) and bits[0] == 16


def _sixteen_bits_of_colour(opened: Image.Image, data: bytes, *, name: str) -> ImageArray:
    array = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if array is None or not _same_picture(np.asarray(array), np.asarray(opened)):
        raise PhotographError(
            f"{name} has 16-bit colour in a form that is not supported; save it as 16-bit RGB without compression, "
            "or with 8 bits a channel",
            reason="unsupported-mode",
        )
    order = cv2.COLOR_BGR2RGB if array.shape[2] == 3 else cv2.COLOR_BGRA2RGBA
    image = image_from_array(np.asarray(cv2.cvtColor(array, order)), name=name)
    if opened.format == "TIFF":  # already turned upright by OpenCV
        return image
    return np.asarray(turned(image, orientation_of(opened)), np.uint8)


def _same_picture(deep: NDArray[Any], eight: NDArray[np.uint8]) -> bool:
    """Whether OpenCV and Pillow agree on the highest 8 bits: OpenCV misreads forms that it does not know.

    Args:
        deep: the image as read by OpenCV, blue first.
        eight: the image as read by Pillow, red first.
    """
    if deep.dtype != np.uint16 or deep.ndim != 3 or deep.shape[2] not in (3, 4):
        return False
    return np.array_equal(deep[..., 2::-1] >> 8, eight[..., :3])
