"""`venule evaluate --av` and `--landmarks` on data sets with coloured drawings and with places."""

import csv
import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

import venule
from venule.cli.main import app
from venule.datasets.phantoms import make_phantom
from venule.errors import EvaluationError
from venule.evaluation import AV_SCORES, LANDMARK_SCORES, score_arteries_veins, score_landmarks
from venule.photograph.coloured import ArteriesVeins
from venule.vessel_map import Disc, Fovea, Landmarks

PHANTOM = make_phantom(4, size=400)
DRAWN = ArteriesVeins(PHANTOM.arteries, PHANTOM.veins, np.zeros_like(PHANTOM.veins))
FOUND = venule.VesselMap.from_mask(PHANTOM.vessels, PHANTOM.photograph)


def test_what_is_drawn_has_full_marks_and_swapped_kinds_have_none():
    right = score_arteries_veins(FOUND.with_kinds(PHANTOM.arteries, PHANTOM.veins), DRAWN)
    wrong = score_arteries_veins(FOUND.with_kinds(PHANTOM.veins, PHANTOM.arteries), DRAWN)
    assert right.keys() == AV_SCORES.keys()
    for name, value in right.items():
        assert value == (0 if name in ("swapped", "unsure", "missed") else 1), name
    assert wrong["balanced_accuracy"] == wrong["centreline_accuracy"] == 0
    assert wrong["swapped"] == 1
    assert wrong["dice_arteries"] < 0.2, "crossings alone"


def test_each_share_is_what_it_says():
    """A quarter of a vein is not found, a quarter unsure, a quarter called artery, a quarter called vein."""
    vessels = np.zeros((100, 420), bool)
    vessels[48:52, 10:410] = vessels[70:74, 10:410] = True
    arteries, veins = vessels.copy(), vessels.copy()
    arteries[:60] = veins[60:] = False
    artery = np.where(arteries, 1, 0).astype(np.float32)
    artery[:60, 110:210], artery[:60, 210:310] = 0.45, 0.8
    seen = vessels.copy()
    seen[:60, 10:110] = False
    found = venule.VesselMap.from_mask(seen, fov=np.ones_like(seen))
    found = replace(found, artery_probability=artery, vein_probability=1 - artery)
    scores = score_arteries_veins(found, ArteriesVeins(arteries, veins, np.zeros_like(veins)))
    assert scores["missed"] == scores["unsure"] == scores["swapped"] == 0.125
    assert scores["accuracy"] == pytest.approx(6 / 7)
    assert scores["balanced_accuracy"] == pytest.approx((1 + 2 / 3) / 2)
    assert scores["centreline_balanced_accuracy"] == pytest.approx((1 + 2 / 3) / 2, abs=0.01)
    assert scores["dice_veins"] == pytest.approx(2 * 400 / (400 + 1600))
    assert scores["dice_veins_in_reach"] == pytest.approx(2 * 400 / (400 + 1200))
    assert scores["dice_arteries"] == pytest.approx(2 * 1600 / (1600 + 2000))
    no_vein = score_arteries_veins(found, ArteriesVeins(arteries, veins & False, np.zeros_like(veins)))
    assert no_vein["balanced_accuracy"] is None
    with pytest.raises(EvaluationError, match="not known"):
        score_arteries_veins(FOUND, DRAWN)


def test_distances_are_in_disc_diameters_and_what_was_not_found_is_not_near():
    found = Landmarks(Disc((100.0, 100.0), 40.0, 0.9), Fovea((100.0, 200.0), 0.9))
    scores = score_landmarks(found, disc=(100.0, 109.0), fovea=(124.0, 200.0))
    assert scores.keys() == LANDMARK_SCORES.keys()
    assert scores == {"disc_near": 1, "disc_distance": 9 / 40, "fovea_near": 0, "fovea_distance": 24 / 40}
    assert score_landmarks(found, disc=(100.0, 109.0), disc_diameter=30)["disc_near"] == 0
    lost = score_landmarks(Landmarks(found.disc), fovea=(100.0, 200.0))
    assert lost == {"disc_near": None, "disc_distance": None, "fovea_near": 0, "fovea_distance": None}


@pytest.fixture
def dataset(tmp_path):
    for place in ("images", "av"):
        (tmp_path / "set" / place).mkdir(parents=True)
    lines = ["photograph,disc_row,disc_column,fovea_row,fovea_column"]
    for number in (1, 2, 3):
        phantom = make_phantom(number, size=500)
        Image.fromarray(phantom.image).save(tmp_path / "set" / "images" / f"{number}.png")
        colours = 255 * np.dstack([phantom.arteries, phantom.arteries & phantom.veins, phantom.veins]).astype(np.uint8)
        colours[phantom.arteries & phantom.veins] = (0, 255, 0)
        Image.fromarray(colours).save(tmp_path / "set" / "av" / f"{number}.png")
        places = (*phantom.disc_centre, *phantom.fovea)
        lines.append(f"{number}.png,{','.join(f'{value:.1f}' for value in places)}")
    (tmp_path / "set" / "points.csv").write_text("\n".join(lines) + "\n")
    return tmp_path / "set"


def test_arteries_and_veins_are_scored_from_the_command_line(dataset, tmp_path):
    done = CliRunner().invoke(app, ["evaluate", str(dataset), "--av", "-o", str(tmp_path / "scores")])
    assert done.exit_code == 0, done.output
    assert "balanced accuracy" in done.output
    with (tmp_path / "scores" / "scores.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["photograph"] for row in rows] == ["1", "2", "3"]
    mean = json.loads((tmp_path / "scores" / "summary.json").read_text())["means"]["balanced_accuracy"]
    assert mean["mean"] == pytest.approx(np.mean([float(row["balanced_accuracy"]) for row in rows]))
    assert mean["mean"] > 0.75


def test_landmarks_are_scored_from_the_command_line(dataset, tmp_path):
    done = CliRunner().invoke(app, ["evaluate", str(dataset), "--landmarks", "-o", str(tmp_path / "scores")])
    assert done.exit_code == 0, done.output
    means = json.loads((tmp_path / "scores" / "summary.json").read_text())["means"]
    assert means["disc_near"]["mean"] == means["fovea_near"]["mean"] == 1, "phantoms are easy"


def test_options_that_do_not_go_together_and_sets_without_drawings_are_refused(dataset):
    both = CliRunner().invoke(app, ["evaluate", str(dataset), "--av", "--landmarks"])
    assert both.exit_code == 2
    (dataset / "points.csv").unlink()
    none = CliRunner().invoke(app, ["evaluate", str(dataset), "--landmarks"])
    assert isinstance(none.exception, EvaluationError)
    assert "points.csv" in str(none.exception)
