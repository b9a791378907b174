"""Vessels -> a DICOM Segmentation of their photograph."""

import io

import highdicom as hd
import numpy as np
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes
from pydicom.uid import generate_uid

from venule import __version__
from venule.dicom.provenance import MAKER, RETINA, SIDES, VESSEL, Algorithm, frames_meant, instance, source_of
from venule.photograph.arrays import BoolArray
from venule.photograph.dicom import facts_of, turned_back


def segmentation(vessels: BoolArray, header: Dataset, *, algorithm: Algorithm, name: str) -> hd.seg.Segmentation:
    """A DICOM Segmentation with one segment, the blood vessels of the retina.

    Args:
        vessels: bool (height, width), upright as the photograph is read.
        header: of the photograph, whose patient, study and frame of reference it gets.
        algorithm: that found them.
        name: of the photograph, for messages.

    Raises:
        PhotographError: the photograph has no identifiers to refer to it by.
    """
    source = source_of(header, name=name)
    described = hd.seg.SegmentDescription(
        segment_number=1,
        segment_label="Retinal vessels",
        segmented_property_category=codes.SCT.AnatomicalStructure,
        segmented_property_type=VESSEL,
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
        tracking_id="retinal vessels",
    )
    if side := SIDES.get(facts_of(header, name=name).laterality):
        described.AnatomicRegionSequence[0].AnatomicRegionModifierSequence = [hd.sr.CodedConcept.from_code(side)]
    made = hd.seg.Segmentation(
        source_images=[source],
        pixel_array=turned_back(vessels, header).astype(np.uint8)[np.newaxis],
        segmentation_type=hd.seg.SegmentationTypeValues.BINARY,
        segment_descriptions=[described],
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


def encode(dataset: Dataset) -> bytes:
    """The bytes of a DICOM file."""
    file = io.BytesIO()
    dataset.save_as(file, enforce_file_format=True)
    return file.getvalue()
