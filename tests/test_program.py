"""The program as a whole: quick to answer, and clear about what is not installed."""

import subprocess
import sys

import pytest

WITHOUT_TORCH = (
    "import sys; sys.modules.update(torch=None, lightning=None); from venule.cli.main import main;"
    "sys.argv = ['venule', *sys.argv[1:]]; main()"
)


@pytest.mark.parametrize("command", [["networks"], ["train", "drive", "--data", "x"]])
def test_without_pytorch_the_commands_that_need_it_say_how_to_get_it(command):
    done = subprocess.run([sys.executable, "-c", WITHOUT_TORCH, *command], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "pip install -c constraints.txt '.[train]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_networks_and_models_are_listed_with_what_one_chooses_by():
    listed = {
        name: subprocess.run([sys.executable, "-m", "venule", name], capture_output=True, text=True, check=True).stdout
        for name in ("networks", "models")
    }
    assert "31,039,425" in listed["networks"]
    assert "Galdran" in listed["networks"]
    assert "research and education only" in listed["models"]
    assert "Dice 0." in listed["models"]


def test_help_loads_nothing_that_takes_long():
    loaded = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "venule", "--help"], capture_output=True, text=True, check=True
    ).stderr
    heavy = [name for name in ("numpy", "cv2", "onnxruntime", "pandas", "torch", "scipy") if f"| {name}\n" in loaded]
    assert heavy == []
