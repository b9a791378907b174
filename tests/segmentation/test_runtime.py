"""What runs the network: the runtimes agree, and refuse what they cannot do."""

import numpy as np
import pytest

import venule
from venule.datasets.phantoms import make_phantom
from venule.errors import ModelError, VenuleError


def test_openvino_finds_what_onnxruntime_finds():
    pytest.importorskip("openvino")
    photograph = make_phantom(3).image
    one, other = (venule.segment(photograph, runtime=runtime) for runtime in ("onnxruntime", "openvino"))
    both = np.count_nonzero(one.vessels & other.vessels)
    assert 2 * both / (np.count_nonzero(one.vessels) + np.count_nonzero(other.vessels)) > 0.995
    assert np.abs(one.probability - other.probability).mean() < 2e-3


@pytest.mark.parametrize(("runtime", "says"), [("tensorflow", "onnxruntime, openvino"), ("openvino", "pip install")])
def test_a_runtime_that_is_not_there_is_refused_with_what_to_do(runtime, says, drawn, small_model, monkeypatch):
    monkeypatch.setattr("venule.segmentation.runtime.find_spec", lambda name: None)
    with pytest.raises(VenuleError, match=says):
        venule.segment(drawn[0], model=small_model, runtime=runtime)


@pytest.mark.parametrize("runtime", ["onnxruntime", "openvino"])
def test_a_model_that_cannot_be_loaded_is_named(runtime, make_model, drawn):
    pytest.importorskip(runtime)
    with pytest.raises(ModelError, match=r"model small .*ONNX file"):
        venule.segment(drawn[0], model=make_model(b"no network"), runtime=runtime)
