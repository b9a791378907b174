"""Read the photograph, the scale and the eye of a DICOM file."""

import io
import math
import re
import struct
import warnings
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from venule.errors import MissingExtraError, PhotographError, missing_extra
from venule.photograph.arrays import ImageArray
from venule.photograph.damage import jpeg_damage
from venule.photograph.lossless_jpeg import decode_apart
from venule.photograph.pixels import MOST_SCANS, check_dimensions, image_from_array, turned

try:
    import pydicom
    from pydicom import uid
    from pydicom.dataset import Dataset
    from pydicom.encaps import get_frame
    from pydicom.filereader import _read_file_meta_info, read_preamble
    from pydicom.pixels.decoders.base import get_decoder
    from pydicom.pixels.processing import apply_color_lut, convert_color_space
    from pydicom.pixels.utils import pixel_array
except ImportError as error:
    raise missing_extra("dicom", f"DICOM needs pydicom ({error})") from error

_PHOTOGRAPHY = (
    uid.OphthalmicPhotography8BitImageStorage,
    uid.OphthalmicPhotography16BitImageStorage,
    uid.WideFieldOphthalmicPhotographyStereographicProjectionImageStorage,
    uid.WideFieldOphthalmicPhotography3DCoordinatesImageStorage,
)
_SECONDARY = (
    uid.SecondaryCaptureImageStorage,
    uid.MultiFrameGrayscaleByteSecondaryCaptureImageStorage,
    uid.MultiFrameGrayscaleWordSecondaryCaptureImageStorage,
    uid.MultiFrameTrueColorSecondaryCaptureImageStorage,
)
_MODALITIES = ("OP", "OT", "XC", "SC", "")  # of secondary captures that may show a fundus
_COLOURS = (
    "MONOCHROME1", "MONOCHROME2", "PALETTE COLOR", "RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT",
)  # fmt: skip
# One decoder for each, so that the result does not depend on other installed decoders; Pillow is strict.
_DECODERS: dict[str, str] = {
    uid.ImplicitVRLittleEndian: "",
    uid.ExplicitVRLittleEndian: "",
    uid.ExplicitVRBigEndian: "",
    uid.DeflatedExplicitVRLittleEndian: "",
    uid.RLELossless: "pydicom",
    uid.JPEGBaseline8Bit: "pillow",
    uid.JPEGExtended12Bit: "pillow",
    uid.JPEGLossless: "gdcm",  # of more than 8 bits; Pillow decodes the others
    uid.JPEGLosslessSV1: "gdcm",
    uid.JPEGLSLossless: "pyjpegls",
    uid.JPEGLSNearLossless: "pyjpegls",
    uid.JPEG2000Lossless: "pylibjpeg",
    uid.JPEG2000: "pylibjpeg",
    uid.HTJ2KLossless: "pylibjpeg",
    uid.HTJ2KLosslessRPCL: "pylibjpeg",
    uid.HTJ2K: "pylibjpeg",
}
# A frame whose components are called R, G and B: without Adobe's marker, pydicom asks libjpeg for a wrong conversion.
_RGB_BY_NAME = re.compile(rb"\xff[\xc0-\xc2]..\x08....\x03R..G..B", re.DOTALL)
_SQUARE = 0.01  # largest relative difference between height and width of a pixel
# Patient Orientation, the ways of a row and of a column, of pixels that EXIF's Orientation 1 to 8 would turn upright.
_ORIENTATIONS = {
    ("L", "F"): 1, ("R", "F"): 2, ("R", "H"): 3, ("L", "H"): 4,
    ("F", "L"): 5, ("F", "R"): 6, ("H", "R"): 7, ("H", "L"): 8,
}  # fmt: skip


@dataclass(frozen=True)
class Facts:
    """Facts from the header of a DICOM file; nothing is guessed.

    Attributes:
        laterality: "R", "L", "B" for both, or "" if it is missing.
        micrometres_per_pixel: on the retina; None if it is missing, malformed, pixels are not square, or the spacing is
            not marked as one of the eye.
        field_degrees: the horizontal field of view; None if it is missing or malformed.
        malformed: names of the attributes of the scale that hold no positive numbers.
    """

    laterality: str = ""
    micrometres_per_pixel: float | None = None
    field_degrees: float | None = None
    malformed: tuple[str, ...] = ()


def read_image(data: bytes, *, max_pixels: int, name: str) -> ImageArray:
    """The photograph in a DICOM file, uint8 (height, width, 3) RGB, upright as `orientation_of` says.

    Raises:
        PhotographError: with one of the reasons `not-an-image`, `other-modality`, `burned-in-annotation`,
            `broken-image`, `too-small`, `too-large`, `unsupported-mode`.
        MissingExtraError: the decoder of its transfer syntax is not installed.
    """
    with _damage_named(name):
        dataset = _parse(data, largest=6 * max_pixels + 2**24, name=name)
        _check_is_photograph(dataset, name=name)
        _check_pixels(dataset, max_pixels=max_pixels, name=name)
        image = image_from_array(_pixels(dataset, data, name=name), name=name)
        return np.asarray(turned(image, orientation_of(dataset)), np.uint8)


def read_header(data: bytes, *, name: str) -> Dataset:
    """A DICOM file without its pixels.

    Raises:
        PhotographError: the file is damaged, or is not a photograph of a retina.
    """
    with _damage_named(name):
        dataset = _parse(data, largest=2**31, name=name)
        _check_is_photograph(dataset, name=name)
        del dataset.PixelData
        return dataset


def facts_of(header: Dataset, *, name: str) -> Facts:
    """The scale and the eye from the header.

    Raises:
        PhotographError: the header cannot be read.
    """
    with _damage_named(name):
        said = str(header.get("ImageLaterality") or header.get("Laterality") or "").strip().upper()
        spacing, degrees = _numbers(header, "PixelSpacing"), _numbers(header, "HorizontalFieldOfView")
        return Facts(
            said if said in ("R", "L", "B") else "",
            _micrometres(header, spacing),
            degrees[0] if degrees and len(degrees) == 1 else None,
            tuple(
                name
                for name, values, count in (("PixelSpacing", spacing, 2), ("HorizontalFieldOfView", degrees, 1))
                if values is None or len(values) not in (0, count)
            ),
        )


def orientation_of(header: Dataset) -> int:
    """The orientation of the stored pixels, 1 to 8 as in EXIF, by Patient Orientation; 1 if that does not say.

    A photograph of a retina is seen from in front: to the right is the patient's left, and below is towards the feet.
    """
    said = header.get("PatientOrientation") or ()
    ways = [str(way)[:1].upper() for way in said] if not isinstance(said, str) else []
    return _ORIENTATIONS.get((ways[0], ways[1]), 1) if len(ways) == 2 else 1


def turned_back(upright: NDArray[Any], header: Dataset) -> NDArray[Any]:
    """An array of an upright photograph in the orientation of its stored pixels: undoes what `read_image` does."""
    orientation = orientation_of(header)
    return turned(upright, {6: 8, 8: 6}.get(orientation, orientation))


def _check_is_photograph(dataset: Dataset, *, name: str) -> None:
    kind = str(dataset.get("SOPClassUID", ""))
    called = uid.UID(kind).name or "no SOP class"
    if "PixelData" not in dataset:
        raise PhotographError(
            f"{name} is DICOM without an image ({called}): use ophthalmic photographs or secondary captures",
            reason="not-an-image",
        )
    modality = str(dataset.get("Modality", ""))
    if kind not in _PHOTOGRAPHY and not (kind in _SECONDARY and modality in _MODALITIES):
        raise PhotographError(
            f"{name} is not a photograph of a retina ({called}, modality {modality or 'missing'}): use ophthalmic "
            "photographs (OP), or secondary captures of modality OP or OT",
            reason="other-modality",
        )
    if str(dataset.get("BurnedInAnnotation", "")).upper() == "YES":
        raise PhotographError(
            f"{name} has text in its pixels (Burned In Annotation is YES), which can name the patient and hide "
            "vessels: export the photograph without it",
            reason="burned-in-annotation",
        )


@contextmanager
def _damage_named(name: str) -> Iterator[None]:
    """Turn every error of pydicom or a decoder into one error about a damaged file."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # invalid values in the header do not matter for the pixels
            yield
    except (PhotographError, MissingExtraError, MemoryError):
        raise
    except Exception as error:
        raise PhotographError(
            f"{name} is a truncated or damaged DICOM file ({type(error).__name__}: {error}): copy the file again",
            reason="broken-image",
        ) from error


def _parse(data: bytes, *, largest: int, name: str) -> Dataset:
    file = io.BytesIO(data)
    read_preamble(file, True)
    syntax = _read_file_meta_info(file).get("TransferSyntaxUID")
    if syntax == uid.DeflatedExplicitVRLittleEndian:
        inflating = zlib.decompressobj(-zlib.MAX_WBITS)
        inflating.decompress(data[file.tell() :], largest)
        if inflating.unconsumed_tail:
            raise PhotographError(
                f"{name} unpacks to more than {largest:,} bytes: save it without compression, or make it smaller",
                reason="too-large",
            )
    dataset = pydicom.dcmread(io.BytesIO(data), force=True)
    if syntax is None:  # without file meta information; use what pydicom detected
        implicit, little = dataset.original_encoding
        syntax = uid.ImplicitVRLittleEndian if implicit else uid.ExplicitVRLittleEndian
        dataset.file_meta.TransferSyntaxUID = syntax if little else uid.ExplicitVRBigEndian
    return dataset


def _check_pixels(dataset: Dataset, *, max_pixels: int, name: str) -> None:
    """Refuse by the header a photograph that is too large, too small, or not supported."""
    check_dimensions(int(dataset.Rows), int(dataset.Columns), name=name, most=max_pixels)
    frames = int(dataset.get("NumberOfFrames") or 1)
    if frames != 1:
        raise PhotographError(
            f"{name} holds {frames} frames: it cannot be told which is the photograph; export each by itself",
            reason="several-pages",
        )
    stored, allocated = int(dataset.BitsStored), int(dataset.BitsAllocated)
    known = (
        dataset.PhotometricInterpretation in _COLOURS
        and allocated in (8, 16)
        and 8 <= stored <= allocated
        and int(dataset.get("HighBit", stored - 1)) == stored - 1
        and not int(dataset.get("PixelRepresentation", 0))
        and int(dataset.SamplesPerPixel) in (1, 3)
    )
    if not known:
        raise PhotographError(
            f"{name} holds {dataset.PhotometricInterpretation} pixels of {stored} bits in {allocated}, "
            f"{dataset.SamplesPerPixel} per pixel, which is not supported; export it with 8 to 16 bits, grey or RGB",
            reason="unsupported-mode",
        )
    syntax = dataset.file_meta.TransferSyntaxUID
    if syntax not in _DECODERS or (syntax == uid.JPEGExtended12Bit and stored > 8):
        raise PhotographError(
            f"{name} is compressed as {syntax.name}{f' of {stored} bits' if syntax in _DECODERS else ''}, which is not "
            "supported; export it uncompressed",
            reason="unsupported-mode",
        )


def _pixels(dataset: Dataset, data: bytes, *, name: str) -> NDArray[Any]:
    """The pixels as stored, grey or RGB, uint8 or uint16."""
    pixels = _decoded(dataset, data, name=name)
    if dataset.PhotometricInterpretation == "PALETTE COLOR":
        pixels = apply_color_lut(pixels, dataset)
        if pixels.dtype == np.uint16 and dataset.RedPaletteColorLookupTableDescriptor[2] == 8:
            pixels = pixels.astype(np.uint8)
    elif dataset.PhotometricInterpretation == "MONOCHROME1":
        pixels = (2 ** int(dataset.BitsStored) - 1 - pixels.astype(np.int32)).astype(np.uint16)
    return pixels if pixels.dtype == np.uint8 else pixels.astype(np.uint16)


def _decoded(dataset: Dataset, data: bytes, *, name: str) -> NDArray[Any]:
    """The pixels as stored, with YBR converted to RGB."""
    syntax = dataset.file_meta.TransferSyntaxUID
    plugin = _DECODERS[syntax]
    if syntax.is_encapsulated:
        frame = get_frame(dataset.PixelData, 0, number_of_frames=1)
        _check_frame(frame, dataset)
        if plugin == "gdcm" and int(dataset.BitsAllocated) == 8:
            return _lossless_jpeg(frame, dataset)
        if plugin == "pillow" and (damage := jpeg_damage(frame)):
            raise ValueError(damage)
        if plugin == "pillow" and _RGB_BY_NAME.search(frame[:65536]):
            with Image.open(io.BytesIO(frame), formats=("JPEG",)) as opened:
                return np.asarray(opened)
    if plugin and plugin not in get_decoder(syntax).available_plugins:
        raise missing_extra("dicom", f"{name}: {syntax.name} needs the decoder {plugin}")
    if plugin == "gdcm":
        return decode_apart(data)
    return pixel_array(dataset, index=0, decoding_plugin=plugin)


def _lossless_jpeg(frame: bytes, dataset: Dataset) -> NDArray[Any]:
    with Image.open(io.BytesIO(frame), formats=("JPEG",)) as opened:
        pixels = np.asarray(opened)
    if pixels.ndim == 3 and str(dataset.PhotometricInterpretation).startswith("YBR"):
        return convert_color_space(pixels, dataset.PhotometricInterpretation, "RGB")
    return pixels


def _check_frame(frame: bytes, dataset: Dataset) -> None:
    """Check that a compressed frame has the size given in the header, and is complete.

    Decoders allocate memory by the frame's own header, and some fill in missing parts.
    """
    height, width = int(dataset.Rows), int(dataset.Columns)
    if dataset.file_meta.TransferSyntaxUID == uid.RLELossless:
        whole = height * width * int(dataset.SamplesPerPixel) * int(dataset.BitsAllocated) // 8
        if len(frame) > 2 * whole + 1024:  # run lengths that are much longer than the photograph
            raise ValueError(f"{len(frame):,} bytes of run lengths for {whole:,}")
        return
    place = 12
    while frame[4:8] == b"jP  " and frame[place + 4 : place + 8] != b"jp2c":  # pydicom's search has no end
        if (length := int.from_bytes(frame[place : place + 4], "big")) < 8:
            raise ValueError("the compressed frame has no pixels")
        place += length
    if _stated_size(frame) != (height, width):
        raise ValueError(f"the compressed frame is not {width}x{height}, as the header says")
    if frame.count(b"\xff\xda") > MOST_SCANS:
        raise ValueError("too many scans")
    if not frame.rstrip(b"\0").endswith(b"\xff\xd9"):
        raise ValueError("the compressed frame has no end")


def _stated_size(frame: bytes) -> tuple[int, int] | None:
    """Height and width in the header of a JPEG, JPEG-LS or JPEG 2000 codestream; None for anything else."""
    if frame.startswith(b"\xff\x4f\xff\x51"):  # SOC, SIZ
        right, bottom, left, top = struct.unpack(">4I", frame[8:24])
        return bottom - top, right - left
    if frame[4:8] == b"jP  ":
        start = frame.find(b"\xff\x4f\xff\x51")
        return _stated_size(frame[start:]) if start > 0 else None
    place = 2
    while frame.startswith(b"\xff\xd8") and place + 9 <= len(frame) and frame[place] == 0xFF:
        marker = frame[place + 1]
        if marker == 0xFF:  # fill byte
            place += 1
            continue
        if marker == 0xF7 or (0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC)):
            height, width = struct.unpack(">2H", frame[place + 5 : place + 9])
            return height, width
        place += 2 + int.from_bytes(frame[place + 2 : place + 4], "big")
    return None


def _micrometres(header: Dataset, spacing: tuple[float, ...] | None) -> float | None:
    """Pixel Spacing on the retina: of a photograph, or of a capture with a Pixel Spacing Calibration Type."""
    if str(header.get("SOPClassUID", "")) not in _PHOTOGRAPHY and not header.get("PixelSpacingCalibrationType"):
        return None
    if spacing is None or len(spacing) != 2 or abs(spacing[0] - spacing[1]) > _SQUARE * spacing[1]:
        return None
    return 1000 * math.sqrt(spacing[0] * spacing[1])


def _numbers(header: Dataset, attribute: str) -> tuple[float, ...] | None:
    """The values of an attribute; () if it is missing or empty, None if one is not a positive, finite number."""
    try:
        said = header.get(attribute)
        if said is None or said == "":
            return ()
        several = isinstance(said, Sequence) and not isinstance(said, str)
        values = tuple(map(float, said if several else [said]))
    except (TypeError, ValueError, ArithmeticError):
        return None
    return values if all(0 < value < math.inf for value in values) else None
