"""The page on the networks without venule: its code and its steps, held against venule.segment."""

import json
import re
import shutil
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
import pytest
from PIL import Image

import venule
from venule.datasets.phantoms import make_phantom
from venule.models import model_folder

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "onnx.md"


def dice(one, other):
    return 2 * np.count_nonzero(one & other) / (np.count_nonzero(one) + np.count_nonzero(other))


@pytest.fixture
def eye(tmp_path, monkeypatch):
    """A folder with the model, and what writes a photograph to it."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(model_folder("general"), tmp_path / "general")

    def write(size):
        Image.fromarray(make_phantom(1, size=size).image).save("eye.jpg", quality=95)

    return write


@pytest.mark.parametrize(("size", "least"), [(1000, 0.998), (700, 0.95), (360, 0.95), (1500, 0.95)])
def test_the_ten_lines_find_what_venule_finds(eye, size, least):
    eye(size)
    load, ten_lines, restore = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert len(ten_lines.splitlines()) == 10
    assert "venule" not in load + ten_lines + restore
    names = {}
    for block in (load, ten_lines, restore):
        exec(block, names)
    found = venule.segment("eye.jpg")
    assert dice(names["vessels"], found.vessels) > least
    np.testing.assert_array_equal(Image.open("vessels.png"), names["vessels"])


@pytest.mark.parametrize(("model", "size"), [("general", 360), ("general", 800), ("general", 1500), ("drive", 600)])
def test_the_steps_of_the_page_give_the_probability_that_venule_gives(model, size):
    photograph = make_phantom(2, size=size).image
    found = venule.segment(photograph, model=model)
    p, vessels = by_the_steps(photograph, found.fov, found.fov_diameter, model_folder(model))
    np.testing.assert_allclose(p, found.probability, atol=1e-5)
    assert dice(vessels, found.vessels) > 0.9999


def by_the_steps(photograph, fov, across, folder):
    """The ten steps of the page, of a field of view that is known."""
    card = json.loads((folder / "card.json").read_text())
    rows, columns = np.flatnonzero(fov.any(axis=1)), np.flatnonzero(fov.any(axis=0))
    box = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    smallest = card["smallest_diameter"]
    scale = np.clip(across, smallest or card["working_diameter"], card["working_diameter"]) / across
    height, width = fov[box].shape
    size = (round(width * scale), round(height * scale))
    eye = cv2.resize(photograph[box], size, interpolation=cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA)
    mask = cv2.resize(fov[box].astype(np.uint8), size, interpolation=cv2.INTER_NEAREST_EXACT) > 0
    shown = np.where(mask[..., None], (eye - eye[mask].mean(axis=0)) / eye[mask].std(axis=0), 0)
    below, beside = (16 + -(side + 32) % card["multiple"] for side in mask.shape)
    shown = np.pad(shown, ((16, below), (16, beside), (0, 0))).transpose(2, 0, 1)[None].astype(np.float32)
    network = onnxruntime.InferenceSession(folder / "model.onnx")
    p = network.run(["probability"], {"photograph": shown})[0][0, 0, 16 : 16 + size[1], 16 : 16 + size[0]]
    restored = np.zeros(fov.shape)
    back = cv2.INTER_AREA if scale > 1 else cv2.INTER_LINEAR
    restored[box] = cv2.resize(np.ascontiguousarray(p), (width, height), interpolation=back)
    restored[~fov] = 0
    odds = max(1, card["working_diameter"] / max(across, smallest or 0)) ** card["odds_exponent"]
    raised = odds * restored / (1 - restored + odds * restored)
    return raised, (raised >= card["threshold"]) & fov
