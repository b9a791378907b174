"""The program as a whole: quick to answer, and clear about what is not installed."""

import os
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from venule.cli.main import PANELS, app

WITHOUT_TORCH = (
    "import sys; sys.modules.update(torch=None, lightning=None); from venule.cli.main import main;"
    "sys.argv = ['venule', *sys.argv[1:]]; main()"
)


def test_without_pytorch_training_says_how_to_get_it():
    words = ["train", "drive", "--data", "x"]
    done = subprocess.run([sys.executable, "-c", WITHOUT_TORCH, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "pip install -c constraints.txt '.[train]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_networks_and_models_are_listed_with_what_one_chooses_by():
    listed = {
        name: subprocess.run(
            [sys.executable, "-c", WITHOUT_TORCH, name], capture_output=True, text=True, check=True
        ).stdout
        for name in ("networks", "models")
    }
    assert "31,039,425" in listed["networks"]
    assert "Galdran" in listed["networks"]
    assert "research and education only" in listed["models"]
    assert "Dice 0." in listed["models"]


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("segment eyes --model ", ["drive", "general"]),
        ("segment eyes --runtime ", ["onnxruntime", "openvino"]),
        ("train g", ["general"]),
        ("train --network w", ["w-net"]),
        ("study study-t", ["study-tiny"]),
        ("data get chase", ["chase_db1"]),
    ],
)
def test_tab_completes_names_and_does_not_wait_for_pytorch(words, offered):
    asked = {
        "_VENULE_COMPLETE": "complete_bash",
        "COMP_WORDS": f"venule {words}",
        "COMP_CWORD": str(words.count(" ") + 1),
    }
    answer = subprocess.run(
        [sys.executable, "-c", WITHOUT_TORCH], env=os.environ | asked, capture_output=True, text=True, check=False
    )
    assert answer.stdout.split() == offered, answer.stderr


@pytest.mark.parametrize("command", [command.__name__ for panel in PANELS.values() for command in panel])
def test_the_help_of_a_command_shows_an_example_and_no_type_of_python(command):
    text = CliRunner().invoke(app, [command, "--help"]).output
    assert f"venule {command}" in text.split("Example:")[-1] or command in ("models", "networks")
    assert not [name for name in ("FLOAT", "INTEGER", "<int", "<str", "<bool", "<list", "<path") if name in text]


def test_help_loads_nothing_that_takes_long():
    loaded = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "venule", "--help"], capture_output=True, text=True, check=True
    ).stderr
    heavy = [name for name in ("numpy", "cv2", "onnxruntime", "pandas", "torch", "scipy") if f"| {name}\n" in loaded]
    assert heavy == []
