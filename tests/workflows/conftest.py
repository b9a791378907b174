"""A small data set in the plain layout, masks of another tool, and a model simple enough to know its answer."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image


@dataclass(frozen=True)
class Study:
    """What lies in the folders, as arrays by the name of the photograph."""

    folder: Path
    masks: Path
    drawn: dict[str, np.ndarray]
    found: dict[str, np.ndarray]
    second: dict[str, np.ndarray]
    fov: np.ndarray


def save(path: Path, array: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(array.astype(np.uint8) * 255 if array.dtype == bool else array).save(path)


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """Three photographs of 120 x 160 with a field of view, two observers, and masks with known mistakes."""
    rng = np.random.default_rng(0)
    rows, columns = np.indices((120, 160))
    fov = np.hypot(rows - 60, columns - 80) < 55
    drawn, found, second = {}, {}, {}
    for place, name in enumerate(("a", "b", "c")):
        lines = (np.abs(rows - 40 - 10 * place) < 3) | (np.abs(columns - 60 - 15 * place) < 2)
        drawn[name] = lines & fov
        found[name] = drawn[name] ^ (rng.random(fov.shape) < 0.01 * (place + 1))
        second[name] = drawn[name] & (rows > 30)
        image = np.where(fov, 160, 0)[..., None] * np.array([1.0, 0.6, 0.3]) * np.where(lines, 0.5, 1)[..., None]
        save(tmp_path / "set" / "images" / f"{name}.png", image.astype(np.uint8))
        for folder, mask in (("vessels", drawn[name]), ("fov", fov), ("second", second[name])):
            save(tmp_path / "set" / folder / f"{name}.png", mask)
        save(tmp_path / "masks" / f"{name}.png", found[name])
    return Study(tmp_path / "set", tmp_path / "masks", drawn, found, second, fov)


@pytest.fixture
def make_model(tmp_path: Path) -> Callable[..., Path]:
    """Writes a model that calls sigmoid(slope x green) the probability of vessel."""
    onnx = pytest.importorskip("onnx")
    helper = onnx.helper

    def make(name: str, *, slope: float) -> Path:
        constants = {"one": np.array([1]), "two": np.array([2]), "slope": np.array(slope, np.float32)}
        graph = helper.make_graph(
            [
                helper.make_node("Slice", ["photograph", "one", "two", "one"], ["green"]),
                helper.make_node("Mul", ["green", "slope"], ["logit"]),
                helper.make_node("Sigmoid", ["logit"], ["probability"]),
            ],
            name,
            [helper.make_tensor_value_info("photograph", onnx.TensorProto.FLOAT, ["n", 3, "h", "w"])],
            [helper.make_tensor_value_info("probability", onnx.TensorProto.FLOAT, ["n", 1, "h", "w"])],
            [onnx.numpy_helper.from_array(value, key) for key, value in constants.items()],
        )
        network = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        content = network.SerializeToString()
        folder = tmp_path / name
        folder.mkdir()
        (folder / "model.onnx").write_bytes(content)
        card = {
            "name": name, "summary": "", "licence": "", "data": [], "network": "", "network_arguments": {},
            "parameters": 0, "working_diameter": 110, "multiple": 1, "threshold": 0.5, "threshold_from": "",
            "recipe": {}, "training_seconds": 0, "device": "", "sha256": hashlib.sha256(content).hexdigest(),
            "venule": "0",
        }  # fmt: skip
        (folder / "card.json").write_text(json.dumps(card))
        return folder

    return make
