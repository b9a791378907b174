"""A study that cannot be run is refused before hours have gone, with the field and the reason."""

import pytest

pytest.importorskip("torch")

from venule.errors import RecipeError
from venule.study import read_study, shipped_studies
from venule.study.plan import check_networks, runs_of

START = "name: mine\ndata: {phantoms: 4}\n"


@pytest.mark.parametrize("name", shipped_studies())
def test_shipped_studies_can_be_built_and_hold_every_network_of_the_reference_study(name):
    study = read_study(name)
    check_networks(study)
    known = {entry.network for entry in study.networks}
    assert known >= {"unet", "deformable-encoder-unet", "du-net", "cbam-unet", "cmp-unet", "unet-3"}
    assert study.training.dice == 1
    assert study.training.cross_entropy == 0


def test_the_augmentation_is_that_of_the_reference_study_and_nothing_else():
    variants = read_study("study").variants
    changed = {
        name: value
        for name, value in variants["augmented"].model_dump().items()
        if value != variants["original"].model_dump()[name]
    }
    assert changed == {"rotation": 180, "horizontal_flip": True, "vertical_flip": True, "brightness": 0.2}
    assert variants["original"].scale == (1, 1)


def test_the_first_seed_of_every_network_comes_before_the_second_of_any():
    study = read_study("study")
    runs = runs_of(study)
    assert len({run.name for run in runs}) == len(runs) == 2 * (3 * 3 + 6)
    seeds = [run.seed for run in runs]
    assert seeds == sorted(seeds)
    assert runs[0].name == "unet-original-seed0"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("networks: [{network: unet}, {network: unet}]", "unet more than once"),
        ("networks: [{network: unet, seeds: [0, 0]}]", "same seed twice"),
        ("networks: [{network: unet}]\ntraining: {crop: 100}", "cannot hold a field of view 489"),
        ("networks: [{network: unet}]\ntraining: {epoch: 100}", "training.epoch: Extra inputs"),
        ("networks: []", "networks"),
        ("networks: [{network: unet}]\nvariants: {blurred: {}}", "variants"),
    ],
)
def test_a_wrong_study_is_refused_by_field_and_value(content, message, tmp_path):
    path = tmp_path / "study.yaml"
    path.write_text(START + content)
    with pytest.raises(RecipeError) as caught:
        read_study(path)
    assert message in str(caught.value)


def test_a_misspelt_network_is_found_before_anything_is_trained(tmp_path):
    path = tmp_path / "study.yaml"
    path.write_text(START + "networks: [{network: unett}]")
    with pytest.raises(RecipeError, match="did you mean 'unet'"):
        check_networks(read_study(path))
