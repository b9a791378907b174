"""A small model whose answer is known without it, and drawn photographs."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

onnx = pytest.importorskip("onnx")


def darker_than_around() -> bytes:
    """An ONNX network: sigmoid(-6 (green - its mean over 15x15 - 0.5)), so that dark lines are vessel."""
    from onnx import TensorProto, helper, numpy_helper

    def constant(name: str, value: object, dtype: type) -> object:
        return numpy_helper.from_array(np.asarray(value, dtype), name)

    nodes = [
        helper.make_node("Slice", ["photograph", "one", "two", "axis"], ["green"]),
        helper.make_node("AveragePool", ["green"], ["around"], kernel_shape=[15, 15], pads=[7, 7, 7, 7]),
        helper.make_node("Sub", ["green", "around"], ["contrast"]),
        helper.make_node("Add", ["contrast", "margin"], ["shifted"]),
        helper.make_node("Mul", ["shifted", "steepness"], ["logit"]),
        helper.make_node("Sigmoid", ["logit"], ["probability"]),
    ]
    graph = helper.make_graph(
        nodes,
        "darker-than-around",
        [helper.make_tensor_value_info("photograph", TensorProto.FLOAT, ["n", 3, "h", "w"])],
        [helper.make_tensor_value_info("probability", TensorProto.FLOAT, ["n", 1, "h", "w"])],
        [
            constant("one", [1], np.int64),
            constant("two", [2], np.int64),
            constant("axis", [1], np.int64),
            constant("margin", 0.5, np.float32),
            constant("steepness", -6, np.float32),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return model.SerializeToString()


@pytest.fixture(scope="session")
def make_model(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Writes the folder of a model: network, and a card with what is given changed."""

    def make(network: bytes | None = None, **changes: object) -> Path:
        folder = tmp_path_factory.mktemp("model")
        network = network or darker_than_around()
        (folder / "model.onnx").write_bytes(network)
        card = {
            "name": "small", "summary": "dark lines", "licence": "none", "data": [], "network": "none",
            "network_arguments": {}, "parameters": 0, "working_diameter": 200, "multiple": 8, "threshold": 0.5,
            "threshold_from": "nothing", "recipe": {}, "training_seconds": 0, "device": "none",
            "sha256": hashlib.sha256(network).hexdigest(), "venule": "0",
        }  # fmt: skip
        (folder / "card.json").write_text(json.dumps(card | changes))
        return folder

    return make


@pytest.fixture(scope="session")
def small_model(make_model: Callable[..., Path]) -> Path:
    """The folder of a small model that finds dark lines."""
    return make_model()


def draw_photograph(*, seed: int = 0, height: int = 260, width: int = 300) -> tuple[np.ndarray, np.ndarray]:
    """A reddish disc with dark lines, uint8 (height, width, 3), and where the lines are, bool (height, width)."""
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[:height, :width]
    radius = min(height, width) / 2 - 8
    disc = np.hypot(rows - height / 2, columns - width / 2) < radius
    light = 1 - 0.25 * np.hypot(rows - height / 2, columns - width / 2) / radius
    image = light[..., None] * np.array([190, 100, 50]) + rng.normal(0, 3, (height, width, 3))
    lines = np.zeros((height, width), np.uint8)
    for _ in range(6):
        ends = rng.integers(0, (width, height), (2, 2))
        cv2.line(lines, ends[0].tolist(), ends[1].tolist(), 1, 4)
    vessels = (lines > 0) & disc
    image[vessels] *= 0.55
    image[~disc] = 0
    return np.clip(image, 0, 255).astype(np.uint8), vessels


@pytest.fixture(scope="session")
def drawn() -> tuple[np.ndarray, np.ndarray]:
    """A drawn photograph and its vessels."""
    return draw_photograph()


@pytest.fixture(scope="session")
def write_photograph() -> Callable[..., Path]:
    """Writes a drawn photograph of a seed to a file of any format that OpenCV writes."""

    def write(path: Path, *, seed: int = 0, **size: int) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        assert cv2.imwrite(str(path), draw_photograph(seed=seed, **size)[0][..., ::-1])
        return path

    return write
