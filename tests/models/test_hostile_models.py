"""Models that lie or reach out: refused with a ModelError, before any runtime has read them."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from venule.errors import ModelError
from venule.models import load_model, model_folder, read_card
from venule.models.check import check_network
from venule.photograph import FieldOfView, Photograph
from venule.segmentation import Segmenter

pytest.importorskip("onnx")
from hostile_networks import (  # needs onnx
    ModelProto,
    TensorProto,
    answering,
    convolutions,
    mean,
    network,
    node,
    outside_weights,
    small_network,
    strange_operators,
)

CARD = json.loads((model_folder("general") / "card.json").read_text()) | {"name": "lying", "working_diameter": 96.0}
GOOD = small_network()


@pytest.fixture
def write(tmp_path):
    """Writes a model of given bytes, whose card has the right hash, and what else is said."""

    def write_model(onnx=GOOD, **said):
        folder = tmp_path / "folder" / "model"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "model.onnx").write_bytes(onnx)
        card = CARD | {"sha256": hashlib.sha256(onnx).hexdigest()} | said
        (folder / "card.json").write_text(json.dumps(card))
        return folder

    return write_model


@pytest.fixture(scope="module")
def photograph():
    image = np.random.default_rng(0).integers(0, 256, (96, 96, 3), np.uint8)
    return Photograph(image, FieldOfView(np.ones((96, 96), np.bool_), (47.5, 47.5), 96.0))


def probability_of(folder, photograph, runtime="onnxruntime"):
    pytest.importorskip(runtime)
    return Segmenter(load_model(folder, runtime=runtime, threads=1)).probability(photograph)


@pytest.mark.parametrize("make", [small_network, convolutions])
@pytest.mark.parametrize("runtime", ["onnxruntime", "openvino"])
def test_a_network_of_standard_operators_runs(write, photograph, make, runtime):
    found = probability_of(write(make()), photograph, runtime)
    assert found.shape == (96, 96)
    assert 0 <= found.min() < found.max() <= 1


@pytest.mark.parametrize("runtime", ["onnxruntime", "openvino"])
@pytest.mark.parametrize("name", strange_operators())
def test_an_operator_outside_the_standard_is_named_and_no_runtime_sees_it(write, name, runtime, monkeypatch):
    pytest.importorskip(runtime)
    forbid_runtimes(monkeypatch)
    with pytest.raises(ModelError, match=r"lying.*operator '(Gelu|Evil|Normalizer)' of the domain '(com|my|ai)\."):
        Segmenter(load_model(write(strange_operators()[name]), runtime=runtime))


@pytest.mark.parametrize("name", outside_weights())
def test_weights_in_another_file_are_refused_and_the_file_is_never_opened(write, name, monkeypatch):
    folder = write(outside_weights()[name])
    for place in (folder / "weights.bin", folder.parent / "secret"):
        place.write_bytes(np.arange(3, dtype=np.float32).tobytes())
    forbid_runtimes(monkeypatch)
    with pytest.raises(ModelError, match="'outside' in another file"):
        Segmenter(load_model(folder))


def forbid_runtimes(monkeypatch):
    """Make both runtimes fail as soon as they are given a model."""

    def seen(*_, **__):
        pytest.fail("a runtime was given the model")

    monkeypatch.setattr("onnxruntime.InferenceSession", seen)
    if "openvino" in sys.modules:
        monkeypatch.setattr("openvino.Core", seen)


def test_onnxruntimes_own_format_is_not_looked_for_in_an_onnx_file(write, photograph):
    # That format has operators of any domain, and an ONNX file can begin as it does: an offset and "ORTM".
    np.testing.assert_array_equal(
        probability_of(write(b"\x0a\x06\0\0ORTM" + GOOD), photograph), probability_of(write(), photograph)
    )


def test_a_field_number_of_more_bits_than_protobuf_keeps_hides_nothing():
    graph = ModelProto.FromString(strange_operators()["contrib"]).graph.SerializeToString()
    for key in (b"\x3a", b"\xba\x80\x80\x80\x70"):  # the graph's, as it is and with bits that are dropped
        with pytest.raises(ModelError, match=r"operator 'Gelu'|not a valid ONNX file"):
            check_network(b"\x08\x09" + key + varint(len(graph)) + graph, name="lying")


@pytest.mark.parametrize("cut", [0.1, 0.5, 0.9])
def test_a_network_that_is_cut_short_is_refused(write, photograph, cut):
    with pytest.raises(ModelError, match="lying"):
        probability_of(write(GOOD[: int(cut * len(GOOD))]), photograph)


@pytest.mark.parametrize("onnx", [b"", b"no network", b"<?xml version='1.0'?><net/>", b"\xff" * 100, b"PK\x03\x04"])
@pytest.mark.parametrize("runtime", ["onnxruntime", "openvino"])
def test_what_is_no_network_is_refused(write, photograph, onnx, runtime):
    with pytest.raises(ModelError, match="lying"):
        probability_of(write(onnx), photograph, runtime)


def test_graphs_in_graphs_without_end_are_refused_in_a_moment():
    data = b""
    for _ in range(3000):
        for key in (b"\x32", b"\x2a", b"\x0a"):  # a graph in an attribute in a node
            data = key + varint(len(data)) + data
    with pytest.raises(ModelError, match="not a valid ONNX file"):
        check_network(b"\x3a" + varint(len(data)) + data, name="lying")


def varint(number):
    parts = []
    while number > 127:
        parts.append(number & 127 | 128)
        number >>= 7
    return bytes([*parts, number])


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_answers_that_are_no_numbers_are_refused(write, photograph, value):
    with pytest.raises(ModelError, match="values that are not finite"):
        probability_of(write(answering(value)), photograph)


@pytest.mark.parametrize("value", [-3, 0, 1, 1e30])
@pytest.mark.parametrize("exponent", [-50, 0, 50])
def test_answers_beyond_a_probability_never_leave_zero_to_one(write, photograph, value, exponent):
    folder = write(
        answering(value), odds_exponent=exponent, working_diameter=8192.0 if exponent else 96.0, smallest_diameter=96.0
    )
    found = probability_of(folder, photograph)
    assert np.isfinite(found).all()
    assert 0 <= found.min() <= found.max() <= 1


LYING = {
    "all-channels": network(node("Sigmoid", "photograph", "probability")),
    "no-picture": network(node("ReduceMax", "photograph", "probability")),
}


@pytest.mark.parametrize("name", ["all-channels", "no-picture"])
def test_an_answer_of_another_shape_is_refused(write, photograph, name):
    with pytest.raises(ModelError, match="it should give finite float32"):
        probability_of(write(LYING[name]), photograph)


def test_an_answer_in_words_is_refused(write, photograph):
    from onnx import helper

    words = helper.make_node("Cast", ["mean"], ["probability"], to=TensorProto.STRING)
    with pytest.raises(ModelError, match="it should give finite float32"):
        probability_of(write(network(mean("photograph", "mean"), words, makes=TensorProto.STRING)), photograph)


@pytest.mark.parametrize("sides", [{"takes": "image"}, {"gives": "logit"}])
def test_other_names_are_refused(write, photograph, sides):
    names = {"takes": "photograph", "gives": "probability"} | sides
    onnx = network(mean(names["takes"], "mean"), node("Sigmoid", "mean", names["gives"]), **sides)
    with pytest.raises(ModelError, match="venule needs one input, 'photograph'"):
        probability_of(write(onnx), photograph)


def test_a_network_for_whole_numbers_is_refused(write, photograph):
    onnx = network(node("Identity", "photograph", "probability"), of=TensorProto.INT64, makes=TensorProto.INT64)
    with pytest.raises(ModelError, match="lying"):
        probability_of(write(onnx), photograph)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("working_diameter", 1e9),
        ("working_diameter", float("nan")),
        ("working_diameter", float("inf")),
        ("smallest_diameter", 1e9),
        ("multiple", 10**9),
        ("odds_exponent", float("nan")),
        ("odds_exponent", 1e308),
        ("threshold", float("nan")),
        ("sha256", "../" * 21 + "a"),
        ("name", ""),
        ("name", "../../thesis"),
        ("name", "=cmd()"),
        ("name", "a\nb"),
        ("name", "n" * 65),
        ("working_diameter", 1e-300),
        ("working_diameter", True),
        ("smallest_diameter", 0.001),
        ("parameters", -1),
        ("parameters", 10**400),
        ("training_seconds", -1),
    ],
)
def test_a_card_that_asks_for_the_absurd_is_refused_by_field(write, field, value):
    with pytest.raises(ModelError, match=rf"not a valid card: {field}"):
        load_model(write(**{field: value}))


def test_a_wrong_hash_is_refused(write):
    with pytest.raises(ModelError, match="its card says 000000000000"):
        load_model(write(sha256="0" * 64))


@pytest.mark.parametrize("content", [b"", b"[]", b"null", b"{", b"\xff\xfe", b"[" * 100_000, b"1" * 2**21])
def test_a_card_of_nonsense_is_refused(write, content):
    folder = write()
    (folder / "card.json").write_bytes(content)
    with pytest.raises(ModelError, match=r"card\.json"):
        read_card(folder)


@pytest.mark.parametrize("name", ["model.onnx", "card.json"])
@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="needs a device without end")
def test_a_file_without_end_is_not_read(write, name):
    folder = write()
    (folder / name).unlink()
    (folder / name).symlink_to("/dev/zero")
    with pytest.raises(ModelError):
        load_model(folder)


def test_a_shipped_model_needs_no_onnx_and_another_says_how_to_get_it(write):
    code = "import sys; sys.modules['onnx'] = None; from venule.segmentation import Segmenter; "
    code += "from venule.models import load_model; Segmenter(load_model(sys.argv[1]))"
    shipped, own = (
        subprocess.run([sys.executable, "-c", code, str(model)], capture_output=True, text=True, check=False)
        for model in ("general", write())
    )
    assert shipped.returncode == 0, shipped.stderr
    assert "model lying does not come with venule" in own.stderr
    assert "'.[onnx]'" in own.stderr


def test_what_the_check_does_not_know_is_never_given_to_a_runtime():
    unknown = b"\xfa\x07" + varint(6) + b"secret"  # field 127 of a model, which ONNX does not have
    assert check_network(GOOD + unknown, name="lying") == check_network(GOOD, name="lying")
