"""Read the photograph, the scale and the eye of a DICOM file."""

import io
import math
import warnings
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from venule.errors import MissingExtraError, PhotographError, missing_extra
from venule.photograph.arrays import ImageArray
from venule.photograph.pixels import image_from_array, turned

try:
    import pydicom
    from pydicom import uid
    from pydicom.dataset import Dataset
    from pydicom.filereader import _read_file_meta_info, read_preamble

    from venule.photograph.dicom_pixels import check_pixels, stored_pixels
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
        check_pixels(dataset, max_pixels=max_pixels, name=name)
        image = image_from_array(stored_pixels(dataset, data, name=name), name=name)
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
