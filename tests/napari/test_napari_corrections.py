"""Vessels that are corrected by hand, at thresholds that move."""

import numpy as np
import pytest

pytest.importorskip("napari", reason="needs the extra napari")

import venule
from venule.errors import MaskError, PhotographError
from venule.napari.editable_map import EditableMap, drawn_map, photograph_of
from venule.photograph import photograph_from_array

PAINTED, ERASED = np.s_[250:254, 60:180], np.s_[100:140, 330:400]


@pytest.fixture(scope="module")
def found(phantom):
    return venule.segment(phantom.image)


def corrected(labels):
    labels = labels.astype(np.uint8)
    labels[PAINTED], labels[ERASED] = 1, 0
    return labels


@pytest.mark.parametrize("threshold", [0.1, 0.41, 0.8])
def test_another_threshold_gives_what_the_network_would_have_given(phantom, found, threshold):
    moved = EditableMap.of(found).at(threshold, found.vessels.astype(np.uint8))
    assert np.array_equal(moved.shown, venule.segment(phantom.image, threshold=threshold).vessels)
    assert moved.found.threshold == threshold


def test_what_was_corrected_stays_when_the_threshold_goes_down_and_up_again(found):
    editable, labels = EditableMap.of(found), corrected(found.vessels)
    changed, by_hand = labels != found.vessels, labels.copy()
    for threshold in (0.02, 0.95, found.threshold):
        editable = editable.at(threshold, labels)
        labels = editable.shown.astype(np.uint8)
        assert np.array_equal(labels[changed], by_hand[changed])
    assert np.array_equal(labels, corrected(found.vessels))


def test_what_nobody_touched_is_measured_with_the_intervals_of_the_model(found):
    assert EditableMap.of(found).to_measure(found.vessels.astype(np.uint8)) is found


def test_what_was_corrected_is_measured_as_a_drawing_of_it(phantom, found):
    labels = corrected(found.vessels)
    here = venule.measure(EditableMap.of(found).to_measure(labels)).row()
    drawn = venule.measure(drawn_map(labels, photograph_from_array(phantom.image))).row()
    for name, value in drawn.items():
        if not any(part in name for part in ("arteries", "veins", "crae", "crve", "avr", "reasons")):
            assert here[name] == value, name
    assert here["vessel_density"] != venule.measure(found).row()["vessel_density"]


def test_vessels_of_another_size_are_not_measured_in_a_photograph(phantom):
    with pytest.raises(MaskError, match="vessels is 100x90, its photograph 512x512"):
        drawn_map(np.zeros((90, 100), np.uint8), photograph_from_array(phantom.image))


@pytest.mark.parametrize(
    ("change", "reason"),
    [(lambda v: v + 2 * (v > 0) * (np.arange(512) > 250), "bad-mask"), (np.zeros_like, "empty-mask"),
     (lambda v: 1 - v, "inverted-mask"), (lambda v: 7 * v, "")],
)  # fmt: skip
def test_a_layer_means_what_the_command_line_would_make_of_its_file(phantom, change, reason):
    labels, photograph = change(phantom.vessels.astype(np.uint8)), photograph_from_array(phantom.image)
    if not reason:
        assert np.array_equal(drawn_map(labels, photograph).vessels, phantom.vessels & photograph.fov.mask)
        return
    with pytest.raises(MaskError) as error:
        drawn_map(labels, photograph)
    assert error.value.reason == reason


def test_a_layer_that_was_cut_since_is_named_with_its_size(found):
    with pytest.raises(MaskError, match="100x90"):
        EditableMap.of(found).to_measure(np.zeros((90, 100), np.uint8))


@pytest.mark.parametrize("grey", [False, True])
@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.float32])
def test_a_layers_pixels_may_be_of_any_usual_kind(viewer, phantom, kind, grey):
    pixels = phantom.image[..., 1] if grey else phantom.image
    scaled = {np.uint8: pixels, np.uint16: pixels.astype(np.uint16) << 8, np.float32: pixels / np.float32(255)}[kind]
    assert np.array_equal(photograph_of(viewer.add_image(scaled)).image[..., 1], phantom.image[..., 1])


def test_of_a_layer_of_several_resolutions_the_highest_is_taken(viewer, phantom):
    layer = viewer.add_image([phantom.image, phantom.image[::2, ::2]], multiscale=True, name="eye")
    assert photograph_of(layer).image.shape == phantom.image.shape


def test_a_stack_is_named_with_what_to_do(viewer):
    stack = viewer.add_image(np.zeros((4, 100, 100)), name="visits")
    with pytest.raises(PhotographError, match=r"layer 'visits' has 3 dimensions; .* Split Stack"):
        photograph_of(stack)
