"""The quality of photographs: phantoms degraded in known ways, and what is refused."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from benchmarks.validation.degrade import degrade
from benchmarks.validation.truth import drawn_map
from PIL import Image
from typer.testing import CliRunner

from venule.cli.main import app
from venule.datasets.phantoms import make_phantom
from venule.errors import MeasurementError
from venule.measurement import assess_quality
from venule.measurement.quality import LIMITS, score_of
from venule.photograph import photograph_from_array
from venule.segmentation import segment

# Of each kind of degradation a strength that nobody would use for measuring, and what it should be called.
BAD = {
    "blur": (8, "blurred"),
    "defocus": (13, "blurred"),
    "noise": (30, "noisy"),
    "dark": (0.05, "too-dark"),
    "jpeg": (6, "compressed"),
    "haze": (0.9, "low-contrast"),
}


@pytest.fixture(scope="module")
def phantom():
    return make_phantom(41, size=800)


@pytest.fixture(scope="module")
def good(phantom):
    return assess_quality(segment(phantom.image))


def test_a_good_photograph_has_nothing_wrong_with_it(good):
    assert good.reasons == ()
    assert 0.7 < good.score < 1


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_photograph_scores_lower_and_is_called_what_it_is(phantom, good, kind):
    strength, reason = BAD[kind]
    fov = phantom.fov
    image = degrade(phantom.image, fov.mask, kind=kind, strength=strength, diameter=fov.diameter, seed=3)
    found = assess_quality(segment(photograph_from_array(image)))
    assert reason in found.reasons
    assert found.score < good.score - 0.03


def test_the_score_falls_with_every_property_that_gets_worse(good):
    worse = {
        "brightness": 0.02, "contrast": 0.004, "sharpness": 0.1, "noise": 0.9, "blockiness": 20.0, "vessels": 0.01,
        "confidence": 0.5,
    }  # fmt: skip
    for name, value in worse.items():
        half = replace(good.properties, **{name: (value + getattr(good.properties, name)) / 2})
        assert score_of(replace(half, **{name: value})) <= score_of(half) <= good.score, name


def test_a_burnt_out_part_is_an_artefact_and_a_cut_field_is_called_cut(phantom):
    drawn = drawn_map(phantom)
    image = drawn.image.copy()
    height, width = drawn.fov.shape
    image[height // 3 : height // 2, width // 3 : width // 2] = 255
    assert assess_quality(replace(drawn, image=image)).reasons == ("artefact",)
    fov = drawn.fov.copy()
    fov[: height // 3] = False
    assert "fov-cut" in assess_quality(replace(drawn, fov=fov, vessels=drawn.vessels & fov)).reasons


def test_a_drawing_has_reasons_but_no_score(phantom):
    drawn = drawn_map(phantom)
    found = assess_quality(drawn)
    assert found.score is None
    assert found.reasons == ()
    empty = assess_quality(replace(drawn, vessels=np.zeros_like(drawn.vessels)))
    assert empty.reasons == ("few-vessels",)
    inverted = assess_quality(replace(drawn, vessels=drawn.fov & ~drawn.vessels))
    assert inverted.reasons == ("many-vessels",)


def test_a_field_of_view_of_three_pixels_is_refused_with_its_size(phantom):
    drawn = drawn_map(phantom)
    fov = np.zeros_like(drawn.fov)
    fov[400, 400:403] = True
    with pytest.raises(MeasurementError, match="3 pixels"):
        assess_quality(replace(drawn, fov=fov, vessels=drawn.vessels & fov, fov_diameter=3.0))


def test_every_limit_is_of_a_property(good):
    for name, least, most in LIMITS.values():
        value = getattr(good.properties, name)
        assert least < value < most or np.isnan(value), name  # what needs measurements is not known without


def test_the_bad_are_flagged_and_with_a_least_quality_refused(tmp_path, phantom):
    photographs = tmp_path / "in"
    photographs.mkdir()
    fov = phantom.fov
    blurred = degrade(phantom.image, fov.mask, kind="blur", strength=10, diameter=fov.diameter, seed=3)
    for name, image in (("good", phantom.image), ("blurred", blurred)):
        Image.fromarray(image).save(photographs / f"{name}.png")
    run = CliRunner().invoke

    assert run(app, ["measure", str(photographs), "-o", str(tmp_path / "all")]).exit_code == 0
    table = pd.read_csv(tmp_path / "all" / "results.csv").set_index(pd.Index(["blurred", "good"]))
    assert "blurred" in table.quality_reasons["blurred"].split("; ")
    assert table.quality["blurred"] < 0.6 < table.quality["good"]
    assert table.vessel_density.notna().all()

    done = run(app, ["measure", str(photographs), "-o", str(tmp_path / "some"), "--min-quality", "0.6"])
    assert done.exit_code == 1
    table = pd.read_csv(tmp_path / "some" / "results.csv").set_index(pd.Index(["blurred", "good"]))
    assert table.reason["blurred"] == "low-quality"
    assert "blurred" in table.message["blurred"]
    assert table.status["good"] == "ok"


@pytest.mark.parametrize(("options", "why"), [(["60"], "from 0 to 1"), (["0.5", "--vessels", "."], "cannot be used")])
def test_a_least_quality_that_makes_no_sense_is_refused(tmp_path, phantom, options, why):
    Image.fromarray(phantom.image).save(tmp_path / "one.png")
    arguments = ["measure", str(tmp_path / "one.png"), "-o", str(tmp_path / "out"), "--min-quality", *options]
    refused = CliRunner().invoke(app, arguments)
    assert why in str(refused.exception) + refused.output
