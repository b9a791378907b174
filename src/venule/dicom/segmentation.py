"""Vessels -> a DICOM Segmentation of their photograph."""

import io
from collections.abc import Mapping

import highdicom as hd
import numpy as np
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code
from pydicom.uid import generate_uid

from venule import __version__
from venule.dicom.provenance import (
    ARTERY,
    MAKER,
    RETINA,
    SIDES,
    VEIN,
    VESSEL,
    Algorithm,
    frames_meant,
    instance,
    source_of,
)
from venule.photograph.arrays import BoolArray
from venule.photograph.dicom import facts_of, turned_back

SEGMENTS = {  # label, code
    "vessels": ("Retinal vessels", VESSEL),
    "arteries": ("Retinal arteries", ARTERY),
    "veins": ("Retinal veins", VEIN),
}


def segmentation(
    masks: Mapping[str, BoolArray], header: Dataset, *, algorithm: Algorithm, name: str
) -> hd.seg.Segmentation:
    """A DICOM Segmentation of the blood vessels of the retina.

    Args:
        masks: bool (height, width), upright as the photograph is read: "vessels", and "arteries" and "veins" where they
            are known; a segment for each, in this order.
        header: of the photograph, whose patient, study and frame of reference it gets.
        algorithm: that found them.
        name: of the photograph, for messages.

    Raises:
        PhotographError: the photograph has no identifiers to refer to it by.
    """
    source = source_of(header, name=name)
    described = [
        _described(number, *SEGMENTS[kind], algorithm=algorithm, side=SIDES.get(facts_of(header, name=name).laterality))
        for number, kind in enumerate(masks, 1)
    ]
    pixels = np.stack([turned_back(mask, header).astype(np.uint8) for mask in masks.values()], axis=-1)
    made = hd.seg.Segmentation(
        source_images=[source],
        pixel_array=pixels[np.newaxis],
        segmentation_type=hd.seg.SegmentationTypeValues.BINARY,
        segment_descriptions=described,
        manufacturer_model_name=f"{MAKER} {algorithm.model}",
        software_versions=__version__,
        device_serial_number=algorithm.sha256[:16],
        content_label="RETINAL_VESSELS",
        content_description="Retinal vessels",
        omit_empty_frames=False,
        **instance(5001, "Retinal vessels"),
    )
    made.PatientOrientation = header.get("PatientOrientation")
    if "ImagePositionPatient" not in header:
        # Spacing without a place in space: dciodvfy wants it without a slice thickness, highdicom only with one. It is
        # that of the photograph, pixel by pixel.
        made.SharedFunctionalGroupsSequence[0].pop("PixelMeasuresSequence", None)
    if frames := frames_meant(header):
        for group in made.PerFrameFunctionalGroupsSequence:
            group.DerivationImageSequence[0].SourceImageSequence[0].ReferencedFrameNumber = frames[0]
    return made


def _described(
    number: int, label: str, kind: Code, *, algorithm: Algorithm, side: Code | None
) -> hd.seg.SegmentDescription:
    described = hd.seg.SegmentDescription(
        segment_number=number,
        segment_label=label,
        segmented_property_category=codes.SCT.AnatomicalStructure,
        segmented_property_type=kind,
        algorithm_type=hd.seg.SegmentAlgorithmTypeValues.AUTOMATIC,
        algorithm_identification=hd.AlgorithmIdentificationSequence(
            name=f"{MAKER} {algorithm.model}",
            family=codes.DCM.ArtificialIntelligence,
            version=__version__,
            source=MAKER,
            parameters=algorithm.parameters,
        ),
        anatomic_regions=[RETINA],
        tracking_uid=generate_uid(None),
        tracking_id=label.lower(),
    )
    if side:
        described.AnatomicRegionSequence[0].AnatomicRegionModifierSequence = [hd.sr.CodedConcept.from_code(side)]
    return described


def encode(dataset: Dataset) -> bytes:
    """The bytes of a DICOM file."""
    file = io.BytesIO()
    dataset.save_as(file, enforce_file_format=True)
    return file.getvalue()
