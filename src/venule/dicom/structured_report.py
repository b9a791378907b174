"""Measurements -> a DICOM structured report (TID 1500) of their photograph."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import highdicom as hd
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
from venule.photograph.dicom import facts_of

SCHEME = "99VENULE"  # of names that no standard has
_LONGEST_CODE = 16  # letters; DICOM has another attribute for longer ones, which few programs read
# Names that a standard has, and how the value was derived.
STANDARD: dict[str, tuple[Code, Code | None]] = {
    "calibre_mean": (codes.SCT.VesselLumenDiameter, codes.SCT.Mean),
    "calibre_median": (codes.SCT.VesselLumenDiameter, codes.SCT.Median),
    "calibre_sd": (codes.SCT.VesselLumenDiameter, codes.SCT.StandardDeviation),
    "box_dimension": (codes.DCM.FractalDimension, None),
}
_UNITS = {
    "": codes.UCUM.NoUnits,
    "px": Code("{pixels}", "UCUM", "pixels"),
    "px2": Code("{square_pixels}", "UCUM", "square pixels"),
    "1/px": Code("/{pixels}", "UCUM", "per pixel"),
    "um": codes.UCUM.Micrometer,
    "um2": codes.UCUM.SquareMicrometer,
    "1/um": Code("/um", "UCUM", "per micrometer"),
    "deg": codes.UCUM.Degree,
    "deg2": Code("deg2", "UCUM", "square degree"),
    "1/deg": Code("/deg", "UCUM", "per degree"),
    "degrees": codes.UCUM.Degree,
}


@dataclass(frozen=True)
class Quantity:
    """One number of a report.

    Attributes:
        name: of the measurement, such as "calibre_mean".
        value: of it.
        lower: end of its 95 % interval; None: it has none.
        upper: end of its 95 % interval; None: it has none.
        unit: "px", "um" or "deg", with 2 behind or 1/ before; "degrees" of rotation; "".
    """

    name: str
    value: float
    lower: float | None
    upper: float | None
    unit: str


def structured_report(
    groups: Mapping[str, Sequence[Quantity]],
    header: Dataset,
    *,
    algorithm: Algorithm,
    name: str,
    segmentation: hd.seg.Segmentation | None = None,
) -> hd.sr.ComprehensiveSR:
    """A measurement report.

    Args:
        groups: the measurements of each region; those of "" are of the whole field of view.
        header: of the photograph, whose patient and study it gets.
        algorithm: that found the vessels.
        name: of the photograph, for messages.
        segmentation: of the same vessels, to refer to; None: there is none.

    Raises:
        PhotographError: the photograph has no identifiers to refer to it by.
    """
    source = source_of(header, name=name)
    side = SIDES.get(facts_of(header, name=name).laterality)
    observer = hd.sr.ObserverContext(
        codes.DCM.Device,
        hd.sr.DeviceObserverIdentifyingAttributes(
            generate_uid(None, entropy_srcs=[MAKER, __version__, algorithm.sha256]),
            name=MAKER,
            manufacturer_name=MAKER,
            model_name=f"{MAKER} {algorithm.model}",
            serial_number=algorithm.sha256[:16],
        ),
    )
    measurements = [
        _group(region, values, header, algorithm=algorithm, side=side, segmentation=None if region else segmentation)
        for region, values in groups.items()
    ]
    content = hd.sr.MeasurementReport(
        observation_context=hd.sr.ObservationContext(observer_device_context=observer),
        procedure_reported=codes.SCT.ImagingProcedure,
        imaging_measurements=measurements,
        title=codes.DCM.ImagingMeasurementReport,
        referenced_images=[source],
    )
    dataset = hd.sr.ComprehensiveSR(
        evidence=[source] if segmentation is None else [source, segmentation],
        content=content,
        is_complete=True,
        **instance(5002, "Measurements of retinal vessels"),
    )
    scheme = Dataset()
    scheme.CodingSchemeDesignator = SCHEME
    scheme.CodingSchemeName = "Measurements of venule, named as the columns of its tables"
    scheme.CodingSchemeVersion = "1"
    dataset.CodingSchemeIdentificationSequence = [scheme]
    return dataset


def code_of(name: str) -> Code:
    """The code of a measurement: a standard's where there is one, otherwise venule's own."""
    if name in STANDARD:
        return STANDARD[name][0]
    words = name.upper().split("_")
    whole = "_".join(words)
    short = whole if len(whole) <= _LONGEST_CODE else "_".join(word[:4] for word in words)
    return Code(short, SCHEME, name.replace("_", " ").capitalize())


def _group(
    region: str,
    values: Sequence[Quantity],
    source: Dataset,
    *,
    algorithm: Algorithm,
    side: Code | None,
    segmentation: hd.seg.Segmentation | None,
) -> hd.sr.PlanarROIMeasurementsAndQualitativeEvaluations | hd.sr.MeasurementsAndQualitativeEvaluations:
    """One region's measurements; those of the whole field of view refer to the segmentation, where there is one."""
    shared = {
        "tracking_identifier": hd.sr.TrackingIdentifier(generate_uid(None), region or "whole field of view"),
        "finding_type": {"arteries": ARTERY, "veins": VEIN}.get(region.partition("_")[0], VESSEL),
        "finding_sites": [hd.sr.FindingSite(RETINA, laterality=side)],
        "algorithm_id": hd.sr.AlgorithmIdentification(
            f"{MAKER} {algorithm.model}",
            __version__,
            [f"{key}={value}" for key, value in algorithm.parameters.items()],
        ),
        "measurements": [_measurement(value) for value in values],
    }
    if segmentation is None:
        image = hd.sr.SourceImageForMeasurementGroup(source.SOPClassUID, source.SOPInstanceUID, frames_meant(source))
        return hd.sr.MeasurementsAndQualitativeEvaluations(**shared, source_images=[image])
    segment = hd.sr.ReferencedSegmentationFrame(
        segmentation.SOPClassUID,
        segmentation.SOPInstanceUID,
        frame_number=1,
        segment_number=1,
        source_image=hd.sr.SourceImageForSegmentation(source.SOPClassUID, source.SOPInstanceUID, frames_meant(source)),
    )
    del segment[0].ReferencedSOPSequence[0].ReferencedSegmentNumber  # the frame says it, and DICOM wants but one
    return hd.sr.PlanarROIMeasurementsAndQualitativeEvaluations(**shared, referenced_segment=segment)


def _measurement(one: Quantity) -> hd.sr.Measurement:
    """One number, and its 95 % interval as the uncertainty above and below (TID 310)."""
    unit, properties = _UNITS[one.unit], None
    if one.lower is not None and one.upper is not None:
        properties = hd.sr.MeasurementProperties(
            upper_measurement_uncertainty=_short(one.upper - one.value),
            lower_measurement_uncertainty=_short(one.value - one.lower),
        )
        for item in properties:  # highdicom gives them no unit; TID 310 wants that of the value
            item.MeasuredValueSequence[0].MeasurementUnitsCodeSequence = [hd.sr.CodedConcept.from_code(unit)]
    return hd.sr.Measurement(
        name=code_of(one.name),
        value=_short(one.value),
        unit=unit,
        derivation=STANDARD.get(one.name, (None, None))[1],
        properties=properties,
    )


def _short(number: float) -> float:
    """To six digits, as in the table."""
    return float(f"{number:.6g}")
