"""Decode the pixels of a DICOM file."""

import io
import re
import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydicom import uid
from pydicom.dataset import Dataset
from pydicom.encaps import get_frame
from pydicom.pixels.decoders.base import get_decoder
from pydicom.pixels.processing import apply_color_lut, convert_color_space
from pydicom.pixels.utils import pixel_array

from venule.errors import PhotographError, missing_extra
from venule.photograph.damage import jpeg_damage
from venule.photograph.lossless_jpeg import decode_apart
from venule.photograph.pixels import MOST_SCANS, check_dimensions

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


def check_pixels(dataset: Dataset, *, max_pixels: int, name: str) -> None:
    """Refuse by the header a photograph that is too large, too small, or not supported.

    Raises:
        PhotographError: with one of the reasons `too-large`, `too-small`, `several-pages`, `unsupported-mode`.
    """
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


def stored_pixels(dataset: Dataset, data: bytes, *, name: str) -> NDArray[Any]:
    """The pixels as stored, grey or RGB, uint8 or uint16, of a file that `check_pixels` has passed.

    Raises:
        MissingExtraError: the decoder of its transfer syntax is not installed.
        ValueError: its frame is damaged; a damaged frame can cause any other error in a decoder.
    """
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
