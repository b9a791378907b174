"""Segmenting one photograph, with a network whose answer is known without it."""

import subprocess
import sys

import numpy as np
import pytest

import venule
from venule.errors import ModelError, PhotographError, VenuleError
from venule.photograph import FieldOfView, Photograph


def dice(found, truth):
    return 2 * np.count_nonzero(found & truth) / (np.count_nonzero(found) + np.count_nonzero(truth))


def test_drawn_vessels_are_found_where_they_were_drawn(small_model, drawn):
    image, vessels = drawn
    found = venule.segment(image, model=small_model)
    assert dice(found.vessels, vessels) > 0.8
    assert found.model == "small"
    assert found.fov_diameter == pytest.approx(244, abs=4)


@pytest.mark.parametrize("working_diameter", [120, 244, 400])
def test_result_has_the_size_of_the_photograph_whatever_scale_the_model_works_at(make_model, drawn, working_diameter):
    image, _ = drawn
    found = venule.segment(image, model=make_model(working_diameter=working_diameter, multiple=32))
    assert found.vessels.shape == found.probability.shape == found.fov.shape == image.shape[:2]
    assert found.probability.dtype == np.float32
    assert 0 <= found.probability.min() <= found.probability.max() <= 1


def test_the_odds_of_vessel_are_raised_in_photographs_of_low_resolution_and_in_no_others(make_model, drawn):
    def found(**card):  # the field of view is 244 pixels across
        return venule.segment(drawn[0], model=make_model(**card)).probability.astype(float)

    plain, raised = (found(working_diameter=488, odds_exponent=exponent) for exponent in (0, 1.5))
    odds = (488 / venule.segment(drawn[0], model=make_model()).fov_diameter) ** 1.5
    np.testing.assert_allclose(raised, odds * plain / (1 + (odds - 1) * plain), atol=1e-5)
    assert np.array_equal(found(working_diameter=200, odds_exponent=3), found(working_diameter=200))


def test_a_photograph_between_the_two_diameters_is_given_to_the_network_as_it_is(make_model, drawn):
    def found(**card):  # the field of view is 244 pixels across
        return venule.segment(drawn[0], model=make_model(**card)).probability

    own = venule.segment(drawn[0], model=make_model()).fov_diameter
    assert np.array_equal(found(working_diameter=400, smallest_diameter=100), found(working_diameter=own))
    assert np.array_equal(found(working_diameter=200, smallest_diameter=100), found(working_diameter=200))
    assert np.array_equal(found(working_diameter=400, smallest_diameter=300), found(working_diameter=300))


def test_log_odds_are_averaged_over_the_sizes_that_are_asked_for(make_model, drawn):
    model = make_model(working_diameter=244)

    def log_odds(*scales):
        found = venule.segment(drawn[0], model=model, scales=scales)
        inside = np.clip(found.probability[found.fov].astype(float), 1e-4, 1 - 1e-4)
        return np.log(inside / (1 - inside))

    once, twice = log_odds(200), log_odds(320)
    assert np.abs(once - twice).max() > 0.1
    np.testing.assert_allclose(log_odds(200, 320), (once + twice) / 2, atol=0.01)
    np.testing.assert_allclose(log_odds(320, 320), twice, atol=0.01)
    for scales, said in (((20,), "from 64 to 8192; got 20"), ((float("nan"),), "got nan"), ((540,) * 9, "9 scales")):
        with pytest.raises(VenuleError, match=said):
            venule.segment(drawn[0], model=model, scales=scales)


def test_nothing_is_found_outside_the_field_of_view_though_the_network_says_so(small_model, drawn):
    found = venule.segment(drawn[0], model=small_model, threshold=0.01)
    assert found.vessels.any()
    assert not found.probability[~found.fov].any()
    assert not found.vessels[~found.fov].any()


@pytest.mark.parametrize("form", ["path", "text", "bytes", "photograph"])
def test_file_array_and_photograph_give_one_result(small_model, write_photograph, tmp_path, drawn, form):
    file = write_photograph(tmp_path / "a.png")
    from_array = venule.segment(drawn[0], model=small_model)
    photograph = Photograph(drawn[0], FieldOfView(from_array.fov, (129.5, 149.5), from_array.fov_diameter))
    source = {"path": file, "text": str(file), "bytes": file.read_bytes(), "photograph": photograph}[form]
    assert np.array_equal(venule.segment(source, model=small_model).vessels, from_array.vessels)


def test_flips_average_what_the_network_says_of_the_mirror_images(make_model, drawn):
    """A network that knows only left from right (a ramp over columns) becomes flat when mirror images are averaged."""
    network = make_model(_ramp())
    one = venule.segment(drawn[0], model=network).probability
    four = venule.segment(drawn[0], model=network, flips=True).probability
    inside = venule.segment(drawn[0], model=network).fov
    assert np.ptp(one[inside]) > 0.5
    assert np.ptp(four[inside]) < 0.05


def _ramp():
    from onnx import TensorProto, helper, numpy_helper

    nodes = [
        helper.make_node("Slice", ["photograph", "zero", "one", "axis"], ["red"]),
        helper.make_node("Mul", ["red", "none"], ["nothing"]),
        helper.make_node("Add", ["nothing", "some"], ["ones"]),
        helper.make_node("CumSum", ["ones", "columns"], ["ramp"]),
        helper.make_node("ReduceMax", ["ramp"], ["most"], keepdims=1),
        helper.make_node("Div", ["ramp", "most"], ["probability"]),
    ]
    constants = [
        numpy_helper.from_array(np.array([0], np.int64), "zero"),
        numpy_helper.from_array(np.array([1], np.int64), "one"),
        numpy_helper.from_array(np.array([1], np.int64), "axis"),
        numpy_helper.from_array(np.array(3, np.int64), "columns"),
        numpy_helper.from_array(np.array(0, np.float32), "none"),
        numpy_helper.from_array(np.array(1, np.float32), "some"),
    ]
    graph = helper.make_graph(
        nodes,
        "ramp",
        [helper.make_tensor_value_info("photograph", TensorProto.FLOAT, ["n", 3, "h", "w"])],
        [helper.make_tensor_value_info("probability", TensorProto.FLOAT, ["n", 1, "h", "w"])],
        constants,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8).SerializeToString()


def test_threshold_decides_what_is_vessel_and_the_card_has_the_default(make_model, drawn):
    strict = venule.segment(drawn[0], model=make_model(threshold=0.8))
    assert strict.threshold == 0.8
    assert np.array_equal(strict.vessels, (strict.probability >= 0.8) & strict.fov)
    loose = venule.segment(drawn[0], model=make_model(threshold=0.8), threshold=0.2)
    assert loose.vessels.sum() > strict.vessels.sum()


@pytest.mark.parametrize("threshold", [0, 1, -0.5, 50, float("nan")])
def test_threshold_that_is_no_probability_is_refused(small_model, drawn, threshold):
    with pytest.raises(VenuleError, match="between 0 and 1"):
        venule.segment(drawn[0], model=small_model, threshold=threshold)


def test_array_without_a_fundus_is_refused(small_model):
    with pytest.raises(PhotographError) as error:
        venule.segment(np.zeros((300, 300, 3), np.uint8), model=small_model)
    assert error.value.reason == "all-black"


def test_model_that_onnxruntime_cannot_load_is_named(make_model, drawn):
    with pytest.raises(ModelError, match="broken-one"):
        venule.segment(drawn[0], model=make_model(b"no network", name="broken-one"))


def test_model_with_another_contract_is_refused_with_what_is_needed(make_model, drawn):
    from onnx import TensorProto, helper

    value = helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, "h", "w"])
    result = helper.make_tensor_value_info("mask", TensorProto.FLOAT, [1, 3, "h", "w"])
    graph = helper.make_graph([helper.make_node("Sigmoid", ["image"], ["mask"])], "other", [value], [result])
    other = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8).SerializeToString()
    with pytest.raises(ModelError, match="'photograph'"):
        venule.segment(drawn[0], model=make_model(other))


def test_model_that_was_made_anew_in_its_folder_is_used_at_once(make_model, drawn):
    folder = make_model(threshold=0.5)
    before = venule.segment(drawn[0], model=folder)
    (folder / "card.json").write_text((folder / "card.json").read_text().replace("200", "100"))
    assert not np.array_equal(venule.segment(drawn[0], model=folder).probability, before.probability)


def test_segmenting_needs_no_torch(small_model, write_photograph, tmp_path):
    file = write_photograph(tmp_path / "a.png")
    program = (
        "import sys, venule, venule.workflows;"
        f"venule.segment({str(file)!r}, model={str(small_model)!r});"
        "print([name for name in sys.modules if name.split('.')[0] in ('torch', 'lightning')])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
