"""A study ends with the same tables whatever happens on the way, and nothing is run twice."""

import csv
import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("torch")

from typer.testing import CliRunner

import venule
from venule.errors import OutputError, RecipeError
from venule.study import do_runs, progress_of, read_study, report_study, run_study

MINI = """
name: mini
data: {phantoms: 4, seed: 3}
phantom_size: 128
held_out: 0.5
networks:
  - {network: unet, arguments: {widths: [4]}}
  - {network: w-net, arguments: {widths: [4, 8]}}
training: {working_diameter: 64, crop: 64, epochs: 3, learning_rate: 0.01, conventions: torch, snapshots: [1, 3]}
"""
PROGRAM = "import typer; from venule.cli.training import study; typer.run(study)"


@pytest.fixture(scope="module")
def recipe(tmp_path_factory):
    path = tmp_path_factory.mktemp("recipe") / "mini.yaml"
    path.write_text(MINI)
    return path


@pytest.fixture(scope="module")
def killed(recipe, tmp_path_factory):
    """A study that was killed when half of its runs were done, and how far it was."""
    output = tmp_path_factory.mktemp("killed")
    command = [sys.executable, "-c", PROGRAM, str(recipe), "-o", str(output), "--accelerator", "cpu"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while len(list(output.glob("runs/*/run.json"))) < 2:
        assert process.poll() is None, "it ended by itself"
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    return output, {path: path.stat().st_mtime_ns for path in output.glob("runs/*/run.json")}


@pytest.fixture(scope="module")
def resumed(killed, recipe):
    """The killed study, started again: its folder, its report and the lines that it said."""
    lines = []
    report = run_study(read_study(recipe), killed[0], killed[0], accelerator="cpu", say=lines.append)
    return killed[0], report, lines


@pytest.fixture(scope="module")
def sharded(recipe, tmp_path_factory):
    """The same study, undisturbed, in two shards."""
    output, study = tmp_path_factory.mktemp("sharded"), read_study(recipe)
    done = []
    for shard in ((1, 2), (2, 2)):
        do_runs(study, output, output, accelerator="cpu", shard=shard)
        done.append(len(progress_of(study, output).finished))
    assert done == [2, 4]
    return output


def _counts(output):
    runs = [json.loads(path.read_text()) for path in sorted(output.glob("runs/*/run.json"))]
    return {run["name"]: (run["photographs"], len(run["epochs"])) for run in runs}


def test_a_study_that_was_killed_runs_only_what_is_missing(killed, resumed):
    _, report, lines = resumed
    assert len(lines) == 4 - len(killed[1])
    assert all(path.stat().st_mtime_ns == changed for path, changed in killed[1].items())
    assert report.progress.missing == ()


def test_a_killed_study_and_one_in_shards_end_with_the_same_figures(resumed, sharded):
    assert _counts(resumed[0]) == _counts(sharded)
    assert len(_counts(sharded)) == 4


def test_a_finished_run_keeps_its_model_and_not_its_checkpoints(resumed):
    output = resumed[0]
    folder = output / "runs" / "unet-augmented-seed0"
    assert not (folder / "checkpoints").exists()
    photograph = next((output / "phantoms" / "images").glob("*.png"))
    assert venule.segment(photograph, model=folder / "model").threshold == 0.5


def test_the_tables_hold_our_figures_beside_those_of_the_reference_study(resumed):
    output, report, _ = resumed
    text = (output / "study.md").read_text()
    assert "4 of 4 runs done" in text
    rows = {(row["network"], row["variant"]): row for row in csv.DictReader((output / "study.csv").open())}
    assert set(rows) == {(network, variant) for network in ("unet", "w-net") for variant in ("original", "augmented")}
    unet = rows["unet", "augmented"]
    photographs = _counts(output)["unet-augmented-seed0"][0]
    by_hand = np.mean([2 * p["tp"] / (2 * p["tp"] + p["fp"] + p["fn"]) for p in photographs])
    assert float(unet["dice"]) == pytest.approx(by_hand)
    assert float(unet["deck_dice"]) == 0.8246
    assert f"| 0.8246 (validation) | {by_hand:.4f} [" in text
    assert int(unet["trainable"]) > 1000
    assert float(unet["milliseconds"]) > 0
    assert len(json.loads((output / "study.json").read_text())["verdicts"]) == len(report.verdicts) == 7
    for verdict in report.verdicts:
        assert verdict.rule in text


def test_every_figure_is_drawn(resumed):
    folder = resumed[0] / "figures"
    pictures = {path.name for path in folder.iterdir()}
    assert pictures >= {
        *("augmentation.png", "predictions.png", "agreement.png", "dice_by_epoch.png", "dice_by_cost.png"),
        *("growth.png", "growth.gif"),
    }
    with Image.open(folder / "growth.gif") as moving:
        assert moving.n_frames == 2


def test_only_a_photograph_that_was_held_out_is_shown(resumed, recipe):
    with pytest.raises(RecipeError, match=r"no photograph held out is called 'DRIVE/21'; there are: phantoms/"):
        report_study(read_study(recipe), resumed[0], resumed[0], photograph="DRIVE/21")


def test_another_study_is_not_mixed_into_a_folder(resumed, recipe):
    other = read_study(recipe).model_copy(update={"held_out": 0.25})
    with pytest.raises(OutputError, match="differs from the recipe given"):
        run_study(other, resumed[0], resumed[0])


def test_a_run_that_fails_says_why_spares_the_others_and_is_tried_again(recipe, tmp_path):
    path = tmp_path / "failing.yaml"  # four levels need multiples of 16, and 68 is none
    path.write_text(
        recipe.read_text().replace("[4]", "[4, 8, 8, 8]").replace("crop: 64", "crop: 68")
        + "variants: {original: {rotation: 0}}\n"
    )
    from venule.cli.training import study as command

    app = venule_app(command)
    output = tmp_path / "out"
    asked = [str(path), "-o", str(output), "--accelerator", "cpu", "--shard", "1/1"]
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 1
    assert "unet-original-seed0: failed, ValueError: input is 68x68" in done.output
    assert "2 of 2: w-net-original-seed0: Dice" in done.output
    progress = progress_of(read_study(path), output)
    assert progress.missing == ("unet-original-seed0",)
    assert "pad it to 80x80" in progress.failed["unet-original-seed0"]

    again = CliRunner().invoke(app, asked)
    assert again.exit_code == 1
    assert "failed, ValueError" in again.output, "it is tried again"
    assert "w-net-original-seed0: Dice" not in again.output, "and the other is not"

    report = report_study(read_study(path), output, output)
    assert report.progress.missing == ("unet-original-seed0",)
    assert "**1 run is missing: unet-original-seed0" in (output / "study.md").read_text()


def venule_app(command):
    import typer

    app = typer.Typer()
    app.command()(command)
    return app
