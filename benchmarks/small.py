"""Small photographs and a small model, for benchmarks of everything but the network. Needs the extra `train`."""

import hashlib
import json
from pathlib import Path

import cv2
import numpy as np
from onnx import TensorProto, helper, numpy_helper


def write_small(folder: Path, count: int, *, side: int = 96) -> None:
    """Write so many small photographs, no two alike."""
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(0)
    rows, columns = np.mgrid[:side, :side] - side / 2
    disc = (rows**2 + columns**2 < (0.46 * side) ** 2)[..., None]
    for number in range(count):
        picture = np.full((side, side, 3), (40, 90, 170), np.uint8)  # BGR
        picture += random.integers(0, 5, picture.shape, np.uint8)
        middle = np.array([[0, side // 2], [side, side // 2]])  # without any line, noise would be all there is
        for ends in (middle, *random.integers(0, side, (3, 2, 2))):
            cv2.line(picture, tuple(map(int, ends[0])), tuple(map(int, ends[1])), (20, 40, 110), 2)
        cv2.imwrite(str(folder / f"p{number:07d}.png"), np.where(disc, picture, 0))


def write_small_model(folder: Path) -> None:
    """Write a model of one layer: what is dark in green is vessel. It takes no time, and works at 90 pixels."""
    weights = np.array([0, -6, 0], np.float32).reshape(1, 3, 1, 1)
    graph = helper.make_graph(
        [
            helper.make_node("Conv", ["photograph", "weights", "bias"], ["logit"]),
            helper.make_node("Sigmoid", ["logit"], ["probability"]),
        ],
        "dark",
        [helper.make_tensor_value_info("photograph", TensorProto.FLOAT, ["n", 3, "h", "w"])],
        [helper.make_tensor_value_info("probability", TensorProto.FLOAT, ["n", 1, "h", "w"])],
        [numpy_helper.from_array(weights, "weights"), numpy_helper.from_array(np.array([-6], np.float32), "bias")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    network = model.SerializeToString()
    card = {
        "name": "dark", "summary": "what is dark is vessel", "licence": "none", "data": [], "network": "none",
        "network_arguments": {}, "parameters": 4, "working_diameter": 90, "multiple": 1, "threshold": 0.5,
        "threshold_from": "nothing", "recipe": {}, "training_seconds": 0, "device": "none",
        "sha256": hashlib.sha256(network).hexdigest(), "venule": "0",
    }  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(network)
    (folder / "card.json").write_text(json.dumps(card))
