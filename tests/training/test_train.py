"""A training ends in a model that works, whatever happens on the way, and is repeated to the bit."""

import csv
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from itertools import pairwise

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

import venule
from venule import networks
from venule.datasets import open_dataset, read_record
from venule.errors import ModelError, OutputError, RecipeError
from venule.segmentation import Segmenter
from venule.training import Hardware, Recipe, cross_validate, read_recipe, train
from venule.training.export import export_onnx
from venule.training.progress import read_epochs


def _command(recipe, data, output, *more):
    return [sys.executable, "-m", "venule", "train", str(recipe), "--data", str(data), "-o", str(output), *more]


def _run(command):
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=300)


def _same(one, other):
    a, b = load_file(one / "weights.safetensors"), load_file(other / "weights.safetensors")
    return a.keys() == b.keys() and all(torch.equal(a[key], b[key]) for key in a)


def test_a_training_that_is_killed_and_resumed_ends_where_an_undisturbed_one_ends(own_data, recipe, tmp_path):
    undisturbed = _run(_command(recipe, own_data, tmp_path / "whole"))
    assert undisturbed.returncode == 0, undisturbed.stderr

    with open(tmp_path / "log", "w") as log:
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        process = subprocess.Popen(_command(recipe, own_data, tmp_path / "killed"), stderr=log, env=environment)
        while "step 20 of 60" not in (tmp_path / "log").read_text():
            assert process.poll() is None, (tmp_path / "log").read_text()
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert "step 60 of 60" not in (tmp_path / "log").read_text(), "it was killed on its way"
    assert not (tmp_path / "killed" / "model").exists()

    refused = _run(_command(recipe, own_data, tmp_path / "killed"))
    assert refused.returncode == 2
    assert "add --resume" in refused.stderr
    resumed = _run(_command(recipe, own_data, tmp_path / "killed", "--resume"))
    assert resumed.returncode == 0, resumed.stderr
    assert "step 10 of 60" not in resumed.stderr, "nothing is trained twice"
    steps = [
        int(row["step"])
        for part in sorted((tmp_path / "killed" / "logs").glob("csv_*/metrics.csv"))
        for row in csv.DictReader(part.open())
    ]
    assert min(steps) < 10 <= 50 < max(steps), "the log of what went before is still there"
    assert _same(tmp_path / "killed" / "model", tmp_path / "whole" / "model")


@pytest.fixture(scope="module")
def trained(own_data, tmp_path_factory):
    """A model of the tiny recipe, trained for long enough to see lines."""
    folder = tmp_path_factory.mktemp("trained")
    (folder / "tiny.yaml").write_text(
        "name: tiny\nnetwork_arguments: {widths: [8, 12, 16]}\nworking_diameter: 140\ncrop: 96\nbatch: 4\nsteps: 150\n"
        "epoch: 50\naverage: 0.9\nvalidation: 0.2\nlearning_rate: 0.01\n"
    )
    return train(read_recipe(folder / "tiny.yaml"), own_data, folder / "out")


def test_a_trained_model_finds_the_vessels_of_its_data_set(trained, own_data):
    example = read_record(open_dataset(own_data).records[0])
    found = venule.segment(own_data / "images" / "0.png", model=trained)
    assert found.threshold == venule.load_model(trained).card.threshold
    assert venule.evaluate(found, example.reference).fov.values["dice"] > 0.8


def test_the_logs_and_the_card_say_what_was_done(trained):
    card = json.loads((trained / "card.json").read_text())
    assert card["threshold_from"].startswith("the 1 photographs held out")
    assert card["recipe"]["steps"] == 150
    assert card["training_seconds"] > 0
    assert card["parameters"] > 5_000
    output = trained.parent
    rows = list(csv.DictReader((output / "logs" / "csv_0" / "metrics.csv").open()))
    assert {"loss", "validation_dice"} <= rows[0].keys()
    assert list((output / "logs" / "tb").glob("events*"))
    assert {path.name for path in (output / "weights").iterdir()} == {"best.safetensors", "last.safetensors"}


def test_the_rate_falls_and_training_ends_when_the_loss_does_not_fall(own_data, recipe, tmp_path):
    stuck = read_recipe(recipe).model_copy(
        update={
            "schedule": "plateau",
            "reduce_after": 1,
            "stop_after": 4,
            "learning_rate": 1e-6,  # cannot learn: the loss is the noise of the crops
            "epoch": 1,
            "choose_best": False,
            "snapshots": (1, 3),
            "conventions": "keras",
        }
    )
    train(stuck, own_data, tmp_path / "out")
    curve = read_epochs(tmp_path / "out")
    assert [epoch.number for epoch in curve] == list(range(1, len(curve) + 1))
    losses = [epoch.loss for epoch in curve]
    assert len(curve) - 1 - int(np.argmin(losses)) == 4 < len(curve) < 60
    assert all(a.seconds < b.seconds and 0 <= b.validation_dice <= 1 for a, b in pairwise(curve))
    state = torch.load(tmp_path / "out" / "checkpoints" / "last.ckpt", weights_only=True)
    assert state["optimizer_states"][0]["param_groups"][0]["lr"] < 1e-6
    shown = {path.name for path in (tmp_path / "out" / "snapshots").iterdir()}
    assert shown == {"reference.png", "epoch_0001.png", "epoch_0003.png"}
    with Image.open(tmp_path / "out" / "snapshots" / "epoch_0003.png") as picture:
        assert (picture.mode, picture.size) == ("L", (160, 150))

    shutil.rmtree(tmp_path / "out" / "model")
    train(stuck, own_data, tmp_path / "out", resume=True)
    assert read_epochs(tmp_path / "out") == curve, "what has ended is exported again, not trained on"


def test_training_goes_on_from_a_model_of_ones_own(trained, own_data, tmp_path):
    recipe = read_recipe(trained.parent.parent / "tiny.yaml").model_copy(
        update={"start_from": str(trained), "steps": 1, "learning_rate": 1e-9, "average": 0.0, "validation": 0.0}
    )
    before = load_file(trained / "weights.safetensors")
    after = load_file(train(recipe, own_data, tmp_path / "on") / "weights.safetensors")
    learnt = [key for key in before if key.endswith("weight")]
    assert all(np.allclose(before[key].float(), after[key].float(), atol=1e-3) for key in learnt)


def test_a_training_that_goes_on_builds_the_network_that_it_goes_on_from(tmp_path):
    data = [{"phantoms": 2, "seed": 1}]
    recipe = Recipe(start_from="general", data=data, steps=1, epoch=1, batch=1, crop=64, average=0, validation=0)
    card = venule.load_model(train(recipe, tmp_path, tmp_path / "on")).card
    general = venule.load_model("general").card
    assert card.network_arguments == general.network_arguments == {"dilations": [2, 4]}


def test_crops_cut_by_other_processes_are_the_same(own_data, recipe, tmp_path):
    small = read_recipe(recipe).model_copy(update={"steps": 10})
    for workers in (0, 2):
        train(small, own_data, tmp_path / str(workers), hardware=Hardware("cpu", workers=workers))
    assert _same(tmp_path / "0" / "model", tmp_path / "2" / "model")


def test_two_cpu_processes_train_one_model_and_talk_to_no_other_machine(own_data, recipe, tmp_path):
    watch = ["strace", "-f", "-e", "trace=network", "-o", str(tmp_path / "calls")] if shutil.which("strace") else []
    command = _command(recipe, own_data, tmp_path / "out", "--accelerator", "cpu", "--devices", "2", "--steps", "10")
    done = _run([*watch, *command])
    assert done.returncode == 0, done.stderr
    card = json.loads((tmp_path / "out" / "model" / "card.json").read_text())
    assert card["device"].startswith("2 CPU process(es)")
    assert not list((tmp_path / "out").glob(".*")), "nothing is left of how the processes found each other"
    if not watch:
        return
    bound = {}
    for line in (tmp_path / "calls").read_text().splitlines():
        call = re.search(r"(connect|bind|listen|sendto|sendmmsg)\((\d+), (.*)", line)
        address = call and re.search(r'inet_(?:addr|pton)\((?:AF_INET6, )?"([^"]+)"', call[3])
        if not call:
            continue
        if call[1] == "bind":
            bound[call[2]] = address[1] if address else "no network"
        elif call[1] == "listen":  # a port may be bound to see whether it is free
            assert bound[call[2]] in ("127.0.0.1", "::1", "no network"), "other machines could connect"
        elif address:
            assert address[1] in ("127.0.0.1", "::1"), "a question to another machine, such as the DNS"


def test_every_photograph_is_scored_by_a_model_that_did_not_see_it(own_data, recipe, tmp_path):
    small = read_recipe(recipe).model_copy(update={"steps": 20})
    result = cross_validate(small, own_data, tmp_path / "cv", folds=3)
    assert sorted(result.dice) == [f"./{number}" for number in range(6)]
    assert result.mean.lower <= result.mean.mean <= result.mean.upper
    assert json.loads((tmp_path / "cv" / "cross_validation.json").read_text())["dice"] == result.dice
    seen = [set(json.loads((tmp_path / "cv" / f"fold_{k}" / "photographs.json").read_text())) for k in range(3)]
    assert [len(each) for each in seen] == [4, 4, 4]
    assert not set.intersection(*seen), "each photograph is left out once"


def test_a_training_goes_on_with_its_own_recipe_only(trained, own_data):
    other = read_recipe(trained.parent.parent / "tiny.yaml").model_copy(update={"learning_rate": 0.02})
    with pytest.raises(OutputError, match="differs from the recipe given"):
        train(other, own_data, trained.parent, resume=True)


@pytest.mark.parametrize("threshold", [None, 0.5])
def test_a_training_that_diverges_ends_with_the_reason_and_leaves_no_model(own_data, recipe, tmp_path, threshold):
    wild = read_recipe(recipe).model_copy(update={"learning_rate": 1e30, "validation": 0.0})
    with pytest.raises(RecipeError, match=r"loss is nan after 10 steps.*learning_rate below 1e"):
        train(wild, own_data, tmp_path / "out", threshold=threshold)
    assert not (tmp_path / "out" / "model").exists()


def test_a_network_whose_weights_are_no_numbers_is_not_exported():
    network = networks.create("compact", widths=(4, 8))
    for weights in network.parameters():
        weights.data.fill_(float("nan"))
    with pytest.raises(ModelError, match="differs from torch by nan"):
        export_onnx(network)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("network: unett", "did you mean 'unet'"),
        ("validation: 0.95", "leave none to train on"),
        ("data: [{dataset: nowhere}]", "nowhere"),
        ("start_from: nobody", "unknown model 'nobody'"),
    ],
)
def test_a_recipe_that_cannot_be_trained_is_refused_with_the_reason(line, message, own_data, tmp_path):
    path = tmp_path / "recipe.yaml"
    path.write_text(f"{line}\n")
    with pytest.raises(venule.errors.VenuleError, match=message):
        train(read_recipe(path), own_data, tmp_path / "out")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("steps: -1", "steps: Input should be greater than or equal to 1; got -1"),
        ("stepps: 10", "stepps: Extra inputs are not permitted"),
        ("data: [{dataset: A, phantoms: 3}]", "either a dataset, or photographs, or a number of phantoms"),
        ("data: [{dataset: A, share: 0.5}, {dataset: B}]", "add up to 1"),
        ("augmentation: {scale: [2, 1]}", "two positive numbers in order"),
        ("{", "is no YAML"),
    ],
)
def test_a_wrong_recipe_is_refused_by_field_and_value(content, message, tmp_path):
    path = tmp_path / "recipe.yaml"
    path.write_text(content)
    with pytest.raises(RecipeError) as caught:
        read_recipe(path)
    assert message in str(caught.value)


@pytest.mark.parametrize("finds", ["arteries-veins", "landmarks"])
def test_other_things_than_vessels_are_learned_too(finds, tmp_path):
    data = [{"phantoms": 2, "seed": 1}]
    small = {"network_arguments": {"widths": [8, 16]}, "working_diameter": 96, "crop": 128, "whole": True}
    recipe = Recipe(name=finds, finds=finds, data=data, **small, batch=2, steps=2, dice=0, validation=0, half=True)
    model = venule.load_model(train(recipe, tmp_path, tmp_path / "out"))
    assert model.card.finds == finds
    assert (tmp_path / "out" / "model" / "model.onnx").stat().st_size < 60_000  # 22,000 parameters in 16 bits
    channels = 4 if finds == "arteries-veins" else 3
    maps = Segmenter(model).run(np.zeros((1, channels, 96, 96), np.float32))
    assert maps.shape == (1, 2, 96, 96)
    with pytest.raises(ModelError, match=f"finds {finds}, not vessels"):
        venule.segment(venule.make_phantom(1, size=200).image, model=model)


def test_what_finds_no_vessels_is_not_cross_validated_after_hours_of_training(tmp_path):
    recipe = Recipe(finds="landmarks", data=[{"phantoms": 2}], crop=640, whole=True, validation=0)
    with pytest.raises(RecipeError, match="cross-validation scores vessels; this recipe finds landmarks"):
        cross_validate(recipe, tmp_path, tmp_path / "out", folds=2)
    assert not (tmp_path / "out").exists()
