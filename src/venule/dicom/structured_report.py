"""Measurements -> a DICOM structured report (TID 1500) of the photograph that they were made in."""

from collections.abc import Iterator
from dataclasses import replace

import highdicom as hd
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code
from pydicom.uid import generate_uid

from venule.dicom.provenance import MAKER, RETINA, SIDES, VESSEL, Algorithm, frames_meant, pixels_of, source_of
from venule.measurement import REGIONS, Measured
from venule.measurement.dictionary import BY_NAME, Definition
from venule.measurement.measured import Value
from venule.photograph.dicom import facts_of

SERIES_NUMBER = 5002
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
    ("px", 1): pixels_of("pixels"),
    ("px", 2): pixels_of("square_pixels"),
    ("px", -1): Code("/{pixels}", "UCUM", "per pixel"),
    ("um", 1): codes.UCUM.Micrometer,
    ("um", 2): codes.UCUM.SquareMicrometer,
    ("um", -1): Code("/um", "UCUM", "per micrometer"),
    ("deg", 1): codes.UCUM.Degree,
    ("deg", 2): Code("deg2", "UCUM", "square degree"),
    ("deg", -1): Code("/deg", "UCUM", "per degree"),
}


def report(
    measured: Measured,
    header: Dataset,
    *,
    algorithm: Algorithm,
    name: str,
    segmentation: hd.seg.Segmentation | None = None,
) -> hd.sr.ComprehensiveSR:
    """A measurement report: a group for the whole field of view and one for each region.

    Lengths are in micrometres or degrees where the scale is known, and else in pixels. What has no value is left out.

    Args:
        measured: what to report.
        header: of the photograph, whose patient and study it gets.
        algorithm: what found the vessels.
        name: what messages call the photograph.
        segmentation: of the same vessels, to refer to; None: there is none.

    Raises:
        PhotographError: the photograph has no identifiers to refer to it by.
    """
    source = source_of(header, name=name)
    side = SIDES.get(facts_of(header, name=name).laterality)
    observer = hd.sr.ObserverContext(
        codes.DCM.Device,
        hd.sr.DeviceObserverIdentifyingAttributes(
            generate_uid(None, entropy_srcs=[MAKER, algorithm.version, algorithm.sha256]),
            name=MAKER,
            manufacturer_name=MAKER,
            model_name=f"{MAKER} {algorithm.model}",
            serial_number=algorithm.sha256[:16],
        ),
    )
    groups = [
        _group(region, values, header, algorithm=algorithm, side=side, segmentation=None if region else segmentation)
        for region, values in _by_region(measured)
    ]
    content = hd.sr.MeasurementReport(
        observation_context=hd.sr.ObservationContext(observer_device_context=observer),
        procedure_reported=codes.SCT.ImagingProcedure,
        imaging_measurements=groups,
        title=codes.DCM.ImagingMeasurementReport,
        referenced_images=[source],
    )
    dataset = hd.sr.ComprehensiveSR(
        evidence=[source] if segmentation is None else [source, segmentation],
        content=content,
        series_instance_uid=generate_uid(None),
        series_number=SERIES_NUMBER,
        sop_instance_uid=generate_uid(None),
        instance_number=1,
        manufacturer=MAKER,
        is_complete=True,
        series_description="Measurements of retinal vessels",
    )
    dataset.CodingSchemeIdentificationSequence = [_private_scheme()]
    return dataset


def code_of(definition: Definition) -> Code:
    """The name of a measurement: of a standard, where one has it, and else venule's own."""
    if definition.name in STANDARD:
        return STANDARD[definition.name][0]
    words = definition.name.upper().split("_")
    whole = "_".join(words)
    short = whole if len(whole) <= _LONGEST_CODE else "_".join(word[:4] for word in words)
    return Code(short, SCHEME, definition.name.replace("_", " ").capitalize())


def _by_region(measured: Measured) -> Iterator[tuple[str, list[tuple[Value, Code]]]]:
    for region in ("", *REGIONS):
        values = [value for value in measured.measurements if value.region == region and value.value is not None]
        if values:
            yield region, [_in_best_unit(value, measured.units) for value in values]


def _group(
    region: str,
    values: list[tuple[Value, Code]],
    source: Dataset,
    *,
    algorithm: Algorithm,
    side: Code | None,
    segmentation: hd.seg.Segmentation | None,
) -> hd.sr.PlanarROIMeasurementsAndQualitativeEvaluations | hd.sr.MeasurementsAndQualitativeEvaluations:
    """One region's measurements; those of the whole field of view refer to the segmentation, where there is one."""
    shared = {
        "tracking_identifier": hd.sr.TrackingIdentifier(generate_uid(None), region or "whole field of view"),
        "finding_type": VESSEL,
        "finding_sites": [hd.sr.FindingSite(RETINA, laterality=side)],
        "algorithm_id": hd.sr.AlgorithmIdentification(
            f"{MAKER} {algorithm.model}",
            algorithm.version,
            [f"{key}={value}" for key, value in algorithm.parameters.items()],
        ),
        "measurements": [_measurement(value, unit) for value, unit in values],
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


def _measurement(value: Value, unit: Code) -> hd.sr.Measurement:
    """One number, and its 95 % interval as how far the truth may lie above and below (TID 310)."""
    number, properties = float(value.value or 0), None
    if value.lower is not None and value.upper is not None:
        properties = hd.sr.MeasurementProperties(
            upper_measurement_uncertainty=_short(value.upper - number),
            lower_measurement_uncertainty=_short(number - value.lower),
        )
        for item in properties:  # highdicom says that they have no unit; TID 310, that they have the value's
            item.MeasuredValueSequence[0].MeasurementUnitsCodeSequence = [hd.sr.CodedConcept.from_code(unit)]
    return hd.sr.Measurement(
        name=code_of(BY_NAME[value.name]),
        value=_short(number),
        unit=unit,
        derivation=STANDARD.get(value.name, (None, None))[1],
        properties=properties,
    )


def _in_best_unit(value: Value, units: dict[str, float]) -> tuple[Value, Code]:
    """The value in micrometres or degrees, where these are known, and its unit."""
    definition = BY_NAME[value.name]
    if not definition.power:
        return value, codes.UCUM.Degree if definition.unit else codes.UCUM.NoUnits
    unit, size = next(iter(units.items()), ("px", 1.0))
    times = size**definition.power
    number, lower, upper = (None if one is None else one * times for one in (value.value, value.lower, value.upper))
    return replace(value, value=number, lower=lower, upper=upper), _UNITS[unit, definition.power]


def _short(number: float) -> float:
    """To six digits, as in the table."""
    return float(f"{number:.6g}")


def _private_scheme() -> Dataset:
    scheme = Dataset()
    scheme.CodingSchemeDesignator = SCHEME
    scheme.CodingSchemeName = "Measurements of venule, named as the columns of its tables"
    scheme.CodingSchemeVersion = "1"
    return scheme
