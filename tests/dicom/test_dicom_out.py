"""What goes back to an archive: the mask that was found, the numbers of the table, and whose they are."""

import json
import shutil
import subprocess

import numpy as np
import pytest

pytest.importorskip("highdicom", reason="needs the extra dicom")
import highdicom as hd
import pydicom
from dicom_files import as_file, photograph_dataset, secondary_capture
from pydicom.sr.codedict import codes

from venule.dicom.provenance import Algorithm
from venule.dicom.segmentation import encode, segmentation
from venule.dicom.structured_report import SCHEME, STANDARD, code_of, structured_report
from venule.errors import PhotographError
from venule.measurement import MEASUREMENTS, REGIONS, Measured
from venule.measurement.measured import Value
from venule.photograph.dicom import read_header
from venule.vessel_map import Landmarks
from venule.workflows.dicom import quantities

HEIGHT, WIDTH = 90, 101  # an odd width, for a mask is packed eight pixels to a byte
MASK = np.random.default_rng(3).random((HEIGHT, WIDTH)) < 0.2
PIXELS = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
ALGORITHM = Algorithm("general", "0f" * 32, 0.42)
SOURCES = {
    "photograph": lambda: photograph_dataset(PIXELS),
    "of two frames": lambda: photograph_dataset(PIXELS, frames=2),
    "mirrored": lambda: photograph_dataset(PIXELS, PatientOrientation=["R", "F"]),
    "secondary capture": lambda: secondary_capture(PIXELS),
    "without spacing": lambda: photograph_dataset(PIXELS, PixelSpacing=None, ImageLaterality=None),
    "without anything that may be missing": lambda: secondary_capture(
        PIXELS, PatientName=None, StudyID=None, StudyDate=None, AccessionNumber=None, PixelSpacing=None
    ),
    "with a frame of reference": lambda: photograph_dataset(PIXELS, FrameOfReferenceUID="1.2.3.4"),
}


def header_of(dataset):
    return read_header(as_file(dataset), name="eye.dcm")


def segmented(dataset, mask=MASK):
    made = segmentation({"vessels": mask}, header_of(dataset), algorithm=ALGORITHM, name="eye.dcm")
    return encode(made)


def measured(units):
    values = []
    for number, definition in enumerate(MEASUREMENTS):
        for region in ("", "zone_b") if definition.by_region else ("",):
            values.append(Value(definition.name, region, 2.0 + number, 1.5 + number, 3.25 + number))
    values[0] = Value(values[0].name, "", None, reason="no-vessels")
    return Measured(tuple(values), None, Landmarks(), units)


def reported(dataset, *, units=None, seg=None):
    values = quantities(measured(units or {}))
    made = structured_report(values, header_of(dataset), algorithm=ALGORITHM, name="eye.dcm", segmentation=seg)
    return encode(made)


def reread(data):
    return pydicom.dcmread(pydicom.filebase.DicomBytesIO(data))


@pytest.fixture(scope="module")
def round_trip():
    """A photograph, its segmentation, and the report that refers to both."""
    source = photograph_dataset(PIXELS)
    seg = segmentation({"vessels": MASK}, header_of(source), algorithm=ALGORITHM, name="eye.dcm")
    return source, encode(seg), reported(source, units={"um": 7.5}, seg=seg)


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_the_segmentation_holds_the_mask_and_belongs_to_its_photograph(source, tmp_path):
    dataset = source()
    (tmp_path / "seg.dcm").write_bytes(segmented(dataset))
    seg = hd.seg.segread(tmp_path / "seg.dcm")
    stored = MASK[:, ::-1] if dataset.PatientOrientation == ["R", "F"] else MASK
    np.testing.assert_array_equal(seg.pixel_array.reshape(HEIGHT, WIDTH), stored)
    for attribute in ("StudyInstanceUID", "PatientID", "PatientName", "StudyDate", "FrameOfReferenceUID"):
        assert (seg.get(attribute) or "") == (dataset.get(attribute) or "")
    assert seg.SeriesInstanceUID != dataset.SeriesInstanceUID
    image = seg.PerFrameFunctionalGroupsSequence[0].DerivationImageSequence[0].SourceImageSequence[0]
    assert image.ReferencedSOPInstanceUID == dataset.SOPInstanceUID
    assert image.get("ReferencedFrameNumber") == (1 if dataset.get("NumberOfFrames", 1) > 1 else None)


def test_the_segment_says_what_it_is_and_what_found_it(round_trip):
    segment = reread(round_trip[1]).SegmentSequence[0]
    assert code(segment.SegmentedPropertyCategoryCodeSequence) == ("91723000", "SCT", "Anatomical Structure")
    assert code(segment.SegmentedPropertyTypeCodeSequence) == ("59820001", "SCT", "Blood Vessel")
    assert code(segment.AnatomicRegionSequence) == ("5665001", "SCT", "Retina")
    assert code(segment.AnatomicRegionSequence[0].AnatomicRegionModifierSequence) == ("24028007", "SCT", "Right")
    algorithm = segment.SegmentationAlgorithmIdentificationSequence[0]
    assert algorithm.AlgorithmName == "venule general"
    assert "sha256=" + "0f" * 32 in algorithm.AlgorithmParameters


def test_arteries_and_veins_are_segments_of_their_own(tmp_path):
    source = photograph_dataset(PIXELS)
    arteries, veins = MASK.copy(), MASK.copy()
    arteries[:, WIDTH // 2 :] = False
    veins[:, : WIDTH // 3] = False  # in the middle, they cross
    masks = {"vessels": MASK, "arteries": arteries, "veins": veins}
    made = segmentation(masks, header_of(source), algorithm=ALGORITHM, name="eye.dcm")
    (tmp_path / "seg.dcm").write_bytes(encode(made))
    seg = hd.seg.segread(tmp_path / "seg.dcm")
    kinds = [code(segment.SegmentedPropertyTypeCodeSequence)[2] for segment in seg.SegmentSequence]
    assert kinds == ["Blood Vessel", "Artery", "Vein"]
    read = seg.get_pixels_by_source_instance([source.SOPInstanceUID], combine_segments=False)[0]
    for number, mask in enumerate(masks.values()):
        np.testing.assert_array_equal(read[..., number], mask)


def code(sequence):
    return sequence[0].CodeValue, sequence[0].CodingSchemeDesignator, sequence[0].CodeMeaning


@pytest.mark.parametrize("mask", [np.zeros_like(MASK), np.ones_like(MASK)], ids=["nothing", "everything"])
def test_a_mask_of_nothing_or_everything_is_kept(mask, tmp_path):
    (tmp_path / "seg.dcm").write_bytes(segmented(photograph_dataset(PIXELS), mask))
    np.testing.assert_array_equal(hd.seg.segread(tmp_path / "seg.dcm").pixel_array.reshape(HEIGHT, WIDTH), mask)


def test_dcmtk_draws_the_same_mask(round_trip, tmp_path):
    if not shutil.which("dcm2pnm"):
        pytest.skip("needs dcm2pnm (Debian package dcmtk)")
    from PIL import Image

    (tmp_path / "seg.dcm").write_bytes(round_trip[1])
    drawn = tmp_path / "seg.pgm"
    subprocess.run(["dcm2pnm", "+Wm", tmp_path / "seg.dcm", drawn], check=True, capture_output=True)
    np.testing.assert_array_equal(np.asarray(Image.open(drawn)) > 127, MASK)


@pytest.mark.parametrize("kind", ["seg", "sr"])
@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_dciodvfy_finds_no_error(source, kind, tmp_path):
    if not shutil.which("dciodvfy"):
        pytest.skip("needs dciodvfy (Debian package dicom3tools)")
    (tmp_path / "out.dcm").write_bytes(segmented(source()) if kind == "seg" else reported(source()))
    done = subprocess.run(["dciodvfy", tmp_path / "out.dcm"], check=False, capture_output=True, text=True)
    assert "Error" not in done.stderr
    assert {"seg": "Segmentation", "sr": "ComprehensiveSR"}[kind] in done.stderr


def test_dcmtk_makes_json_of_the_report_and_prints_it(round_trip, tmp_path):
    if not shutil.which("dcm2json") or not shutil.which("dsrdump"):
        pytest.skip("needs dcm2json and dsrdump (Debian package dcmtk)")
    (tmp_path / "sr.dcm").write_bytes(round_trip[2])
    done = subprocess.run(["dcm2json", tmp_path / "sr.dcm"], check=True, capture_output=True)
    assert json.loads(done.stdout)["00080016"]["Value"] == ["1.2.840.10008.5.1.4.1.1.88.33"]
    printed = subprocess.run(["dsrdump", tmp_path / "sr.dcm"], check=True, capture_output=True, text=True)
    assert "Imaging Measurement Report" in printed.stdout


@pytest.mark.parametrize(
    ("units", "unit", "size"), [({}, "px", 1.0), ({"um": 7.5}, "um", 7.5), ({"deg": 0.05}, "deg", 0.05)]
)
def test_the_report_has_every_number_with_unit_and_interval(units, unit, size, tmp_path):
    (tmp_path / "sr.dcm").write_bytes(reported(photograph_dataset(PIXELS), units=units))
    groups = hd.sr.srread(tmp_path / "sr.dcm").content.get_image_measurement_groups()
    read = {}
    for group in groups:
        region = group.tracking_identifier
        for one in group.get_measurements():
            lower, upper = interval(one)
            derived = one.derivation.meaning if one.derivation else ""
            read[region, one.name.value, derived] = (one.value, lower, upper, one.unit.value)
    expected = {}
    for value in measured(units).measurements:
        if value.value is None:
            continue
        definition = next(one for one in MEASUREMENTS if one.name == value.name)
        times = size**definition.power
        derived = STANDARD.get(value.name, (None, None))[1]
        called = code_of(definition.name).value
        key = (value.region or "whole field of view", called, derived.meaning if derived else "")
        pixel = {1: "{pixels}", 2: "{square_pixels}", -1: "/{pixels}"}
        other = {1: unit, 2: f"{unit}2", -1: f"/{unit}"}
        plain = "deg" if definition.unit else "1"
        called_unit = (pixel if unit == "px" else other)[definition.power] if definition.power else plain
        numbers = [pytest.approx(number * times, rel=1e-5) for number in (value.value, 0.5, 1.25)]
        expected[key] = (*numbers, called_unit)
    assert read == expected
    assert set(REGIONS) > {"zone_b"}


def interval(measurement):
    """How far the truth may lie below and above, in the unit of the value."""
    items = {item.ConceptNameCodeSequence[0].CodeValue: item for item in measurement[0].ContentSequence}
    lower, upper = (items[value].MeasuredValueSequence[0] for value in ("371885007", "371886008"))
    own = measurement[0].MeasuredValueSequence[0].MeasurementUnitsCodeSequence[0].CodeValue
    assert {one.MeasurementUnitsCodeSequence[0].CodeValue for one in (lower, upper)} == {own}
    return float(lower.NumericValue), float(upper.NumericValue)


def test_the_report_refers_to_photograph_and_segmentation_and_names_its_own_codes(round_trip):
    source, seg, sr = (reread(one) if isinstance(one, bytes) else one for one in round_trip)
    assert sr.StudyInstanceUID == source.StudyInstanceUID == seg.StudyInstanceUID
    series = sr.CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence
    referred = {one.ReferencedSOPSequence[0].ReferencedSOPInstanceUID for one in series}
    assert referred == {source.SOPInstanceUID, seg.SOPInstanceUID}
    assert sr.CodingSchemeIdentificationSequence[0].CodingSchemeDesignator == SCHEME
    assert sr.VerificationFlag == "UNVERIFIED"


def test_every_measurement_has_a_code_of_its_own_that_fits_its_attribute():
    own = [code_of(definition.name).value for definition in MEASUREMENTS if definition.name not in STANDARD]
    assert len(set(own)) == len(own)
    assert max(map(len, own)) <= 16
    assert code_of("tortuosity_distance_median")[::2] == ("TORT_DIST_MEDI", "Tortuosity distance median")


def test_codes_of_a_standard_are_those_of_its_dictionary(round_trip):
    known = {
        (one.value, one.scheme_designator)
        for one in (codes.SCT.VesselLumenDiameter, codes.DCM.FractalDimension, codes.SCT.Mean, codes.SCT.Retina)
    }
    text = round_trip[2]
    assert all(value.encode() in text for value, _ in known)


def test_a_photograph_without_identifiers_cannot_be_answered():
    with pytest.raises(PhotographError, match="StudyInstanceUID") as caught:
        segmented(photograph_dataset(PIXELS, StudyInstanceUID=None))
    assert caught.value.reason == "no-identifier"
