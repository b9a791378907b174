"""Any bytes -> a network, as a model whose card has the right hash: it runs, or a ModelError says why not."""

import contextlib
import hashlib
import json
import shutil
import tempfile
from pathlib import Path

import atheris
import numpy as np
from fuzzing import fuzz
from hostile_networks import convolutions, hostile_networks, small_network

with atheris.instrument_imports(include=["venule"]):
    from venule.errors import ModelError
    from venule.models import load_model, model_folder
    from venule.photograph import FieldOfView, Photograph
    from venule.segmentation import Segmenter

FOLDER = Path(tempfile.mkdtemp(prefix="venule-fuzz-"))
CARD = json.loads((model_folder("general") / "card.json").read_text()) | {"working_diameter": 64, "multiple": 16}
IMAGE = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
PHOTOGRAPH = Photograph(IMAGE, FieldOfView(np.ones((64, 64), np.bool_), (31.5, 31.5), 64.0))


def run_anything(onnx: bytes) -> None:
    """Fail on any other error, and on a probability that is none."""
    (FOLDER / "model.onnx").write_bytes(onnx)
    (FOLDER / "card.json").write_text(json.dumps(CARD | {"sha256": hashlib.sha256(onnx).hexdigest()}))
    with contextlib.suppress(ModelError):
        probability = Segmenter(load_model(FOLDER, threads=1)).probability(PHOTOGRAPH)
        assert probability.shape == (64, 64)
        assert probability.min() >= 0
        assert probability.max() <= 1


def networks() -> dict[str, bytes]:
    """Small networks, whole and with what is refused; they are made with the package onnx."""
    return {"small": small_network(), "convolutions": convolutions()} | hostile_networks()


if __name__ == "__main__":
    try:
        fuzz(run_anything, networks())
    finally:
        shutil.rmtree(FOLDER)
