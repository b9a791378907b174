"""DICOM files of drawn photographs, as a camera or an archive would hand them out."""

import io

import numpy as np
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.pixels.processing import convert_color_space
from pydicom.sr.codedict import codes
from pydicom.uid import (
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEGBaseline8Bit,
    OphthalmicPhotography8BitImageStorage,
    OphthalmicPhotography16BitImageStorage,
    SecondaryCaptureImageStorage,
    generate_uid,
)


def photograph_dataset(pixels, *, photometric=None, bits=8, frames=1, **changes):
    """An Ophthalmic Photography object, not compressed.

    Args:
        pixels: (height, width) or (height, width, 3) of a frame; further frames are black.
        photometric: None: RGB, or MONOCHROME2 for grey.
        bits: stored.
        frames: how many.
        **changes: attributes to set; None takes one away.
    """
    deep = pixels.dtype == np.uint16
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    about = {
        "SOPClassUID": OphthalmicPhotography16BitImageStorage if deep else OphthalmicPhotography8BitImageStorage,
        "SOPInstanceUID": generate_uid(None), "StudyInstanceUID": generate_uid(None),
        "SeriesInstanceUID": generate_uid(None), "SynchronizationFrameOfReferenceUID": generate_uid(None),
        "SynchronizationTrigger": "NO TRIGGER", "AcquisitionTimeSynchronized": "N",
        "ImageType": ["ORIGINAL", "PRIMARY", "", "COLOR"], "SpecificCharacterSet": "ISO_IR 192",
        "PatientName": "Müller^Ann", "PatientID": "4711", "PatientBirthDate": "19600229", "PatientSex": "F",
        "StudyDate": "20240501", "StudyTime": "101500", "StudyID": "7", "AccessionNumber": "A7",
        "ReferringPhysicianName": "", "Modality": "OP", "SeriesNumber": 1, "InstanceNumber": 1,
        "Manufacturer": "nobody", "ManufacturerModelName": "drawn", "DeviceSerialNumber": "1", "SoftwareVersions": "1",
        "ContentDate": "20240501", "ContentTime": "101501", "AcquisitionDateTime": "20240501101501",
        "BurnedInAnnotation": "NO", "LossyImageCompression": "00",
        "ImageLaterality": "R", "PatientOrientation": ["L", "F"], "HorizontalFieldOfView": 45.0,
        "PixelSpacing": [0.0075, 0.0075], "SamplesPerPixel": 1 if pixels.ndim == 2 else 3,
        "PhotometricInterpretation": photometric or ("MONOCHROME2" if pixels.ndim == 2 else "RGB"),
        "Rows": pixels.shape[0], "Columns": pixels.shape[1], "BitsAllocated": 16 if deep else 8, "BitsStored": bits,
        "HighBit": bits - 1, "PixelRepresentation": 0, "NumberOfFrames": frames,
        "PixelData": pixels.tobytes() + bytes(pixels.nbytes * (frames - 1)),
    }  # fmt: skip
    if pixels.ndim == 3:
        about["PlanarConfiguration"] = 0
    else:
        about["PresentationLUTShape"] = "IDENTITY"
    for name, value in (about | changes).items():
        if value is not None:
            setattr(dataset, name, value)
    if len(dataset.PixelData) % 2:
        dataset.PixelData += b"\0"
    dataset["PixelData"].VR = "OW" if deep else "OB"
    dataset.AnatomicRegionSequence = [coded(codes.SCT.Eye)]
    dataset.AcquisitionDeviceTypeCodeSequence = [coded(codes.SCT.FundusCamera)]
    for name in (
        "IlluminationTypeCodeSequence", "ImagePathFilterTypeStackCodeSequence", "LensesCodeSequence",
        "LightPathFilterTypeStackCodeSequence", "RefractiveStateSequence",
    ):  # fmt: skip
        setattr(dataset, name, [])
    for name in (
        "DetectorType",
        "EmmetropicMagnification",
        "IntraOcularPressure",
        "PatientEyeMovementCommanded",
        "PupilDilated",
    ):
        setattr(dataset, name, None)
    dataset.FrameTime, dataset.FrameIncrementPointer = 100, 0x00181063
    return dataset


def coded(code):
    """A code as DICOM has it."""
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = code[:3]
    return item


def secondary_capture(pixels, **changes):
    """A Secondary Capture object of the same."""
    about = {"SOPClassUID": SecondaryCaptureImageStorage, "Modality": "OT", "ConversionType": "WSD"}
    return photograph_dataset(pixels, **(about | {"NumberOfFrames": None} | changes))


def as_file(dataset, *, syntax=None):
    """The bytes of its file, in another transfer syntax if one is given; no pixels are compressed for it."""
    if syntax:
        dataset.file_meta.TransferSyntaxUID = syntax
    file = io.BytesIO()
    dataset.save_as(file, enforce_file_format=True)
    return file.getvalue()


def without_meta(dataset):
    """The bytes of a file as some old systems write them: implicit VR, no preamble, no file meta information."""
    data = as_file(dataset, syntax=ImplicitVRLittleEndian)
    return data[data.index(b"\x08\x00\x05\x00") :]


def encapsulated(dataset, frames, syntax, **changes):
    """The same with compressed frames."""
    for name, value in changes.items():
        setattr(dataset, name, value)
    dataset.PixelData = encapsulate(list(frames))
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
    dataset.file_meta.TransferSyntaxUID = syntax
    return dataset


def jpeg(pixels, **options):
    """A baseline JPEG of them."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", **({"quality": 98, "subsampling": 0} | options))
    return file.getvalue()


def jpeg_dataset(pixels, **options):
    """An Ophthalmic Photography object, compressed as cameras do: baseline JPEG, YBR_FULL_422."""
    dataset = photograph_dataset(pixels)
    ratio = {
        "LossyImageCompression": "01",
        "LossyImageCompressionRatio": 9,
        "LossyImageCompressionMethod": "ISO_10918_1",
    }
    colour = {"PhotometricInterpretation": "YBR_FULL_422"} if pixels.ndim == 3 else {}
    return encapsulated(dataset, [jpeg(pixels, **options)], JPEGBaseline8Bit, **colour, **ratio)


def as_ybr(pixels):
    """RGB as YBR_FULL."""
    return convert_color_space(pixels, "RGB", "YBR_FULL")
