"""`venule segment` and `venule measure` on DICOM, as a user runs them."""

import cv2
import numpy as np
import pandas as pd
import pytest

pytest.importorskip("highdicom", reason="needs the extra dicom")
import highdicom as hd
from dicom_files import as_file, jpeg_dataset, photograph_dataset
from typer.testing import CliRunner

from venule.cli.main import app
from venule.datasets.phantoms import make_phantom
from venule.measurement import Scale
from venule.workflows.dicom import metadata_of

SMALL = np.full((70, 80, 3), 90, np.uint8)


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A photograph with pixel spacing, the same with a field of view and another eye, and one that is no DICOM."""
    folder = tmp_path_factory.mktemp("eyes")
    image = make_phantom(4, size=400).image
    (folder / "spacing.dcm").write_bytes(as_file(jpeg_dataset(image)))
    field = photograph_dataset(image, PixelSpacing=None, ImageLaterality="L")
    (folder / "field.dcm").write_bytes(as_file(field))
    cv2.imwrite(str(folder / "plain.png"), image[..., ::-1])
    return folder


@pytest.fixture(scope="module")
def measured(folder, tmp_path_factory):
    output = tmp_path_factory.mktemp("out") / "measured"
    done = run("measure", folder, "-o", output, "--dicom-seg", "--dicom-sr")
    assert done.exit_code == 1, done.output
    return output


def test_the_scale_of_a_file_gives_units_and_the_table_says_whose_it_is(measured):
    table = pd.read_csv(measured / "results.csv", keep_default_na=False)
    table.index = table.path.str.extract(r"(\w+)\.\w+$")[0]
    assert dict(table.scale_from) == {"spacing": "dicom pixel spacing", "field": "dicom field of view", "plain": ""}
    assert dict(table.laterality) == {"spacing": "R", "field": "L", "plain": ""}
    spacing, field = table.loc["spacing"], table.loc["field"]
    assert float(spacing.calibre_p90_um) == pytest.approx(7.5 * float(spacing.calibre_p90_px), rel=1e-4)
    degrees = 45 / float(field.fov_diameter_px)
    assert float(field.calibre_p90_deg) == pytest.approx(degrees * float(field.calibre_p90_px), rel=1e-3)
    assert spacing.calibre_p90_deg == field.calibre_p90_um == ""
    assert {"laterality", "scale_from", "calibre_p90_um", "calibre_p90_deg"} <= set(
        pd.read_csv(measured / "dictionary.csv").column
    )


MILLIMETRES = {"a placeholder": 1, "a screen of 96 dpi": 25.4 / 96, "micrometres": 7.5, "a tenth of one": 1e-7}


@pytest.mark.parametrize("millimetres", MILLIMETRES.values(), ids=MILLIMETRES)
def test_a_spacing_that_no_eye_has_gives_no_micrometres_but_a_word(millimetres):
    dataset = photograph_dataset(SMALL, PixelSpacing=[millimetres] * 2, HorizontalFieldOfView=None)
    metadata = metadata_of("eye.dcm", as_file(dataset), given=Scale(), fov_diameter=870)
    assert (metadata.scale, metadata.scale_from) == (Scale(), "dicom scale refused")


@pytest.mark.parametrize("degrees", [0.785, 1e-9, 450, -45, float("nan")])
def test_a_field_that_no_camera_has_gives_no_degrees_but_a_word(degrees):
    dataset = photograph_dataset(SMALL, PixelSpacing=None, HorizontalFieldOfView=degrees)
    metadata = metadata_of("eye.dcm", as_file(dataset), given=Scale(), fov_diameter=870)
    assert (metadata.scale, metadata.scale_from) == (Scale(), "dicom scale refused")


def test_where_the_spacing_cannot_be_the_field_still_counts_and_what_is_given_counts_first():
    content = as_file(photograph_dataset(SMALL, PixelSpacing=[1, 1]))
    assert metadata_of("eye.dcm", content, given=Scale(), fov_diameter=870).scale == Scale(field_degrees=45)
    given = metadata_of("eye.dcm", content, given=Scale(um_per_pixel=9), fov_diameter=870)
    assert (given.scale, given.scale_from) == (Scale(um_per_pixel=9), "given")


def test_what_is_no_dicom_cannot_be_answered_in_dicom_and_has_its_reason(measured):
    table = pd.read_csv(measured / "results.csv")
    assert dict(zip(table.path.str[-9:], table.reason.fillna(""), strict=True))["plain.png"] == "not-dicom"
    assert not list(measured.glob("plain*"))


@pytest.mark.parametrize("name", ["spacing", "field"])
def test_the_segmentation_is_the_mask_and_the_report_the_row(measured, name):
    drawn = cv2.imread(str(measured / f"{name}_vessels.png"), cv2.IMREAD_GRAYSCALE) > 0
    seg = hd.seg.segread(measured / f"{name}_seg.dcm")
    labels = [segment.SegmentLabel for segment in seg.SegmentSequence]
    assert labels == ["Retinal vessels", "Retinal arteries", "Retinal veins"]
    np.testing.assert_array_equal(seg.pixel_array[0] > 0, drawn)
    report = hd.sr.srread(measured / f"{name}_sr.dcm")
    (whole,) = report.content.get_planar_roi_measurement_groups()
    assert whole.referenced_segmentation_frame.referenced_sop_instance_uid == seg.SOPInstanceUID
    table = pd.read_csv(measured / "results.csv")
    row = table[table.path.str.endswith(f"{name}.dcm")].iloc[0]
    read = {one.name.value: one for one in whole.get_measurements()}
    assert read["VESSEL_LENGTH"].value == row[f"vessel_length_{'um' if name == 'spacing' else 'deg'}"]
    assert read["VESSEL_LENGTH"].unit.value == ("um" if name == "spacing" else "deg")
    assert read["SEGMENTS"].value == row["segments"]


def test_a_model_is_not_named_for_maps_of_another_tool(folder, tmp_path):
    done = run("measure", folder, "-o", tmp_path / "out", "--vessels", folder, "--dicom-sr")
    assert isinstance(done.exception, Exception)
    assert "--vessels" in str(done.exception)


def test_dicom_files_without_an_ending_are_found_in_a_folder_and_give_their_units(folder, tmp_path):
    content = (folder / "spacing.dcm").read_bytes()
    for name in ("IM000001", "1.2.840.113619.2.55", "DICOMDIR"):
        (tmp_path / "disc" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "disc" / name).write_bytes(content)
    done = run("measure", tmp_path / "disc", "-o", tmp_path / "out")
    assert "not looked at: 1 without an ending" in done.output
    table = pd.read_csv(tmp_path / "out" / "results.csv")
    assert [path.rpartition("/")[2] for path in table.path] == ["1.2.840.113619.2.55", "IM000001"]
    assert (table.vessel_length_um > 0).all()
