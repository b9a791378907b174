"""What ships does what its card says, on photographs that it never saw."""

import numpy as np
import pytest

import venule
from venule.datasets import open_dataset, read_record
from venule.datasets.phantoms import make_phantom
from venule.models import model_folder, shipped_models


def _dice(model, folder, split, names):
    scores = []
    for record in open_dataset(folder).split(split):
        if record.name in names:
            example = read_record(record)
            found = venule.segment(example.photograph, model=model)
            scores.append(venule.evaluate(found, example.reference, fov=example.photograph.fov.mask).fov.values["dice"])
    assert len(scores) == len(names)
    return scores


def test_general_finds_the_vessels_of_test_photographs(data):
    assert np.mean(_dice("general", data / "CHASE_DB1", "test", ["11L", "12R", "14L"])) > 0.77
    assert np.mean(_dice("general", data / "HRF", "test", ["06_h", "06_dr", "06_g"])) > 0.74
    assert np.mean(_dice("general", data / "DRIVE", "train", ["21", "28", "35"])) > 0.74


def test_drive_finds_the_vessels_of_another_camera(data):
    assert np.mean(_dice("drive", data / "CHASE_DB1", "test", ["11L", "12R", "14L"])) > 0.7


@pytest.mark.parametrize("model", ["general", "drive"])
def test_the_vessels_of_a_phantom_are_found_on_any_machine(model):
    phantom = make_phantom(7)
    found = venule.segment(phantom.image, model=model)
    assert venule.evaluate(found, phantom.vessels, fov=phantom.fov.mask).fov.values["dice"] > 0.6
    assert found.vessels.shape == phantom.vessels.shape
    assert not found.probability[~found.fov].any(), "nothing is found outside the field of view"
    assert (found.vessels == ((found.probability >= found.threshold) & found.fov)).all()


def test_flips_and_thresholds_change_what_they_should():
    image = make_phantom(8).image
    plain = venule.segment(image)
    assert (venule.segment(image, threshold=0.9).vessels <= plain.vessels).all()
    averaged = venule.segment(image, flips=True)
    assert 0 < np.abs(averaged.probability - plain.probability).max() < 0.9
    mirrored = venule.segment(np.ascontiguousarray(image[:, ::-1]), flips=True)
    same = averaged.vessels == mirrored.vessels[:, ::-1]
    assert same.mean() > 0.99, "with flips, a mirrored photograph has mirrored vessels"


@pytest.mark.parametrize("model", shipped_models())
def test_a_model_tells_nothing_of_the_machine_that_made_it(model):
    assert b'.py"' not in (model_folder(model) / "model.onnx").read_bytes()
