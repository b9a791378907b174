"""What cannot be told has a reason or a flag in place of a wrong number."""

import time
from dataclasses import replace

import cv2
import numpy as np
import pandas as pd
import pytest
import skimage.data
from benchmarks.validation.shapes import drawn, straight
from benchmarks.validation.truth import drawn_map
from PIL import Image
from typer.testing import CliRunner

import venule
from venule.cli.main import app
from venule.datasets.phantoms import make_phantom
from venule.errors import MeasurementError, PhotographError
from venule.measurement import REGIONS, Scale, assess_quality, measure
from venule.segmentation import segment

SIDES = ("superior", "inferior", "temporal", "nasal", "etdrs")
PHANTOM = make_phantom(8, size=700)


@pytest.fixture(scope="module")
def upright():
    return measure(drawn_map(PHANTOM))


def turned(found, turn):
    arrays = {
        name: np.ascontiguousarray(turn(getattr(found, name))) for name in ("probability", "vessels", "fov", "image")
    }
    return replace(found, **arrays)


def by_degrees(degrees):
    def turn(array):
        height, width = array.shape[:2]
        matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees, 1)
        return cv2.warpAffine(array.astype(np.uint8), matrix, (width, height), flags=cv2.INTER_NEAREST).astype(
            array.dtype
        )

    return turn


def reduced(image, across, *, of):
    return cv2.resize(image, None, fx=across / of, fy=across / of, interpolation=cv2.INTER_AREA)


@pytest.mark.parametrize("degrees", [90, 270, 60, 130])
def test_a_turned_photograph_has_no_superior_inferior_nasal_or_temporal(upright, degrees):
    measured = measure(turned(drawn_map(PHANTOM), by_degrees(degrees)))
    assert {one.reason for one in measured.measurements if one.region.startswith(SIDES)} == {"not-upright"}
    assert measured.find("disc_fovea_distance_px").reason == measured.find("arcade_angle_deg").reason == "not-upright"
    assert measured["calibre_mean_zone_b_px"] == pytest.approx(upright["calibre_mean_zone_b_px"], rel=0.03)


@pytest.mark.parametrize(
    ("turn", "named"),
    [
        (lambda array: array[:, ::-1], lambda column: column),
        (
            lambda array: array[::-1, ::-1],
            lambda column: column.replace("superior", "?").replace("inferior", "superior").replace("?", "inferior"),
        ),
    ],
    ids=["mirrored", "upside down"],
)
def test_a_mirrored_photograph_keeps_its_numbers_and_one_upside_down_swaps_above_and_below(upright, turn, named):
    measured = measure(turned(drawn_map(PHANTOM), turn))
    assert {named(column) for column in measured} == set(upright)
    changes = {column: abs(measured[column] / upright[named(column)] - 1) for column in measured if measured[column]}
    assert np.median(list(changes.values())) < 0.01
    for column, change in changes.items():
        if column.startswith(("vessel_density", "length_density", "calibre", "sparsity_mean", "disc", "arcade")):
            assert change < 0.05, column


def test_a_mask_alone_has_no_disc_so_that_nothing_is_measured_about_one():
    measured = measure(PHANTOM.vessels, fov=PHANTOM.fov, arteries=PHANTOM.arteries, veins=PHANTOM.veins)
    about = [one for one in measured.measurements if one.region in REGIONS or one.name in ("crae", "disc_diameter")]
    about = [one for one in about if one.region not in ("arteries", "veins")]
    assert {one.reason for one in about} == {"disc-not-sure"}
    assert measured.landmarks.disc.confidence < 0.2
    assert measured["vessel_density"] > 0


def test_a_disc_that_is_not_sure_gives_no_micrometres_and_the_reason():
    measured = measure(PHANTOM.vessels, fov=PHANTOM.fov, scale=Scale(disc_um=1800))
    assert measured.units == {}
    assert measured.row()["reasons"].startswith("um: disc-not-sure; ")
    with pytest.raises(KeyError, match="calibre_p90_um has no value here: disc-not-sure"):
        measured["calibre_p90_um"]


@pytest.mark.parametrize("um_per_pixel", [0.0045, 4500, 1000, 264.6, 0.9])
def test_a_scale_by_which_no_eye_is_so_large_or_small_is_refused(um_per_pixel):
    """Millimetres for micrometres, the reverse, a placeholder of 1 mm, the pixels of a screen, and a tenth."""
    with pytest.raises(MeasurementError, match="an eye shows 5 to 25 mm") as refused:
        measure(drawn_map(PHANTOM), scale=Scale(um_per_pixel=um_per_pixel))
    assert refused.value.reason == "bad-scale"


@pytest.mark.parametrize("um_per_pixel", [4.5, 10, 30, 60])
def test_a_scale_of_a_narrow_or_a_wide_camera_is_used(um_per_pixel):
    assert measure(drawn_map(PHANTOM), scale=Scale(um_per_pixel=um_per_pixel)).units == {"um": um_per_pixel}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"field_degrees": 0.785}, "0.785 radians are 45 degrees"),
        ({"field_degrees": 4.5}, "4.5 degrees is not the field of a camera"),
        ({"field_degrees": 450}, "450 degrees is not the field of a camera"),
        ({"disc_um": 1.8}, "not the diameter of an optic disc"),
        ({"disc_um": 18000}, "not the diameter of an optic disc"),
    ],
)
def test_a_field_or_a_disc_in_another_unit_is_refused(wrong, said):
    with pytest.raises(MeasurementError, match=said):
        Scale(**wrong)


def test_no_scale_and_no_field_of_view_makes_measuring_slow():
    for degrees in (7, 200):
        start = time.process_time()
        measure(drawn_map(PHANTOM), scale=Scale(field_degrees=degrees))
        assert time.process_time() - start < 30, degrees
    with pytest.raises(venule.errors.VenuleError, match="fov_diameter"):
        replace(drawn_map(PHANTOM), fov_diameter=0.5)  # a copy of a fixed size would have a million pixels a side


def test_a_scale_on_the_command_line_that_no_eye_has_fails_the_photograph_in_words(tmp_path):
    Image.fromarray(PHANTOM.image).save(tmp_path / "eye.png")
    out = tmp_path / "out"
    done = CliRunner().invoke(app, ["measure", str(tmp_path / "eye.png"), "-o", str(out), "--um-per-pixel", "240"])
    assert done.exit_code == 1, done.output
    row = pd.read_csv(out / "results.csv").iloc[0]
    assert row.reason == "bad-scale"
    assert "an eye shows 5 to 25 mm" in row.message


def test_calibres_at_half_resolution_are_those_of_the_same_eye_or_have_a_reason():
    eye = make_phantom(1102, size=1250)
    scale = Scale(field_degrees=45)
    whole, half = (
        measure(segment(reduced(eye.image, across, of=eye.fov.diameter)), scale=scale).row() for across in (1200, 600)
    )
    assert half["calibre_smallest_deg"] == pytest.approx(1.6 * 45 / 600, rel=0.01)
    assert half["calibre_smallest_deg"] == pytest.approx(2 * whole["calibre_smallest_deg"], rel=0.01)
    for name in ("mean", "median", *(f"p{tenth}0" for tenth in (1, 2, 3, 4, 6, 7, 8, 9)), "mean_zone_b"):
        column = f"calibre_{name}_deg"
        if half[column] is None:
            assert f"{column.removesuffix('_deg')}: too-thin" in half["reasons"]
            continue
        assert half[column] == pytest.approx(whole[column], rel=0.2), name
        assert half[f"{column}_lower"] <= whole[column] <= half[f"{column}_upper"], name
    assert half["calibre_p10_deg"] is None
    assert half["calibre_p90_deg"] is not None


def test_vessels_of_a_pixel_have_no_calibre_and_wider_ones_have():
    lines = [straight((200, 60 + 80 * place), 88, 300) for place in range(4)]
    assert measure(drawn(lines, 1)).find("calibre_mean_px").reason == "too-thin"
    assert measure(drawn(lines, 3))["calibre_mean_px"] == pytest.approx(3, abs=0.2)


def test_a_photograph_with_too_few_pixels_is_flagged_and_has_a_lower_quality():
    small = assess_quality(segment(reduced(PHANTOM.image, 120, of=PHANTOM.fov.diameter)))
    large = assess_quality(segment(PHANTOM.image))
    assert "low-resolution" in small.reasons
    assert "low-resolution" not in large.reasons
    assert small.score < large.score - 0.05


def two_eyes():
    return np.hstack([make_phantom(seed, size=500).image for seed in (9, 10)])


@pytest.mark.parametrize(
    "picture",
    [
        skimage.data.chelsea,
        skimage.data.coffee,
        skimage.data.gravel,
        lambda: skimage.data.stereo_motorcycle()[0],
        skimage.data.astronaut,
        two_eyes,
        lambda: np.vstack([two_eyes(), two_eyes()]),
    ],
    ids=["cat", "coffee", "gravel", "motorcycle", "person", "two eyes", "four eyes"],
)
def test_what_is_no_fundus_or_more_than_one_is_refused_or_flagged_where_any_picture_may_pass(picture):
    with pytest.raises(
        PhotographError, match=r"does not look like a fundus photograph: its field of view is not round"
    ):
        segment(picture())
    found = segment(picture(), any_picture=True)
    assert "unlikely-fundus" in assess_quality(found, measure(found)).reasons


@pytest.mark.parametrize("turn", [lambda image: image, lambda image: np.ascontiguousarray(np.rot90(image))])
def test_a_photograph_of_one_eye_is_not_flagged_as_none(turn):
    found = segment(turn(PHANTOM.image))
    assert assess_quality(found, measure(found)).reasons == ()


def test_photographs_of_data_sets_are_upright_sure_and_not_flagged(data):
    for name in ("CHASE_DB1/Image_01L.jpg", "DRIVE/training/images/21_training.tif", "HRF/images/01_h.jpg"):
        found = segment(data / name)
        measured = measure(found)
        assert assess_quality(found, measured).reasons == (), name
        assert measured.find("disc_diameter_px").reason == "", name
        assert measured.find("vessel_density_superior").reason != "not-upright", name
