"""A model is the file that its card describes, or it is refused."""

import json
import shutil

import pytest

from venule.errors import ModelError
from venule.models import load_model, model_folder, shipped_models


@pytest.fixture
def copy(tmp_path):
    """A copy of a shipped model that may be spoilt."""
    folder = tmp_path / "mine"
    shutil.copytree(model_folder("general"), folder)
    return folder


PARAMETERS = {"arteries-veins": 940_410, "drive": 486_129, "general": 486_129, "landmarks": 397_890}


def test_models_are_shipped_small_and_whole():
    assert shipped_models() == tuple(PARAMETERS)
    assert shipped_models("vessels") == ("drive", "general")
    for name, parameters in PARAMETERS.items():
        model = load_model(name)
        assert model.card.name == name
        assert len(model.onnx) < 2_500_000
        assert model.card.parameters == parameters
        assert model.card.scores, "a shipped model says how well it does"
        assert model.card.limits


def test_weights_that_everyone_gets_were_made_from_data_that_may_be_shared():
    for name in ("general", "arteries-veins", "landmarks"):
        assert "DRIVE" not in " ".join(load_model(name).card.data)
    assert "research and education" in load_model("drive").card.licence


def test_an_own_folder_works_wherever_a_name_does(copy):
    assert load_model(copy).card == load_model(copy / "model.onnx").card == load_model("general").card


def test_a_damaged_network_is_refused(copy):
    content = bytearray((copy / "model.onnx").read_bytes())
    content[1000] ^= 1
    (copy / "model.onnx").write_bytes(content)
    with pytest.raises(ModelError, match=r"model\.onnx has sha256"):
        load_model(copy)


@pytest.mark.parametrize(
    ("field", "value"), [("threshold", 1.5), ("working_diameter", -3), ("sha256", "abc"), ("surprise", 1)]
)
def test_a_card_that_cannot_be_right_is_refused_by_field(copy, field, value):
    card = json.loads((copy / "card.json").read_text())
    (copy / "card.json").write_text(json.dumps({**card, field: value}))
    with pytest.raises(ModelError, match=rf"card\.json is not a valid card: {field}"):
        load_model(copy)


def test_a_wrong_name_is_answered_with_the_right_ones(tmp_path):
    with pytest.raises(ModelError, match=r"did you mean 'general'.*shipped: arteries-veins, drive, general, landmarks"):
        load_model("generel")
    with pytest.raises(ModelError, match=r"has no card\.json"):
        load_model(tmp_path)
