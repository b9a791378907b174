"""The working scale: a point drawn at one scale must come back at the right place of the other."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from venule.errors import PhotographError
from venule.photograph import FieldOfView, WorkingScale


def scale_of(shape, box, diameter):
    mask = np.zeros(shape, np.bool_)
    top, left, bottom, right = box
    mask[top:bottom, left:right] = True
    return WorkingScale.fit(FieldOfView(mask, centre=(0.0, 0.0), diameter=float(right - left)), diameter)


@st.composite
def scales(draw):
    """Odd and even sizes, boxes off the centre, from a fifth to three times the size."""
    height, width = draw(st.integers(80, 160)), draw(st.integers(80, 160))
    top, left = draw(st.integers(0, 20)), draw(st.integers(0, 20))
    bottom, right = draw(st.integers(height - 20, height)), draw(st.integers(width - 20, width))
    return scale_of((height, width), (top, left, bottom, right), (right - left) * draw(st.floats(0.2, 3)))


def blob(shape, point, sigma):
    rows, columns = np.mgrid[0 : shape[0], 0 : shape[1]]
    return np.exp(-((rows - point[0]) ** 2 + (columns - point[1]) ** 2) / (2 * sigma**2)).astype(np.float32)


def centroid(weights):
    rows, columns = np.mgrid[0 : weights.shape[0], 0 : weights.shape[1]]
    return np.array([(rows * weights).sum(), (columns * weights).sum()]) / weights.sum()


@settings(max_examples=60, deadline=None)
@given(scales(), st.floats(0.3, 0.7), st.floats(0.3, 0.7))
def test_what_is_drawn_at_working_scale_comes_back_at_the_right_pixel(scale, down, across):
    point = np.array([[down * (scale.size[0] - 1), across * (scale.size[1] - 1)]])
    restored = scale.restore(blob(scale.size, point[0], sigma=1.0))
    assert restored.shape == scale.shape
    assert np.abs(centroid(restored) - scale.to_original(point)[0]).max() < 0.5


@settings(max_examples=60, deadline=None)
@given(scales(), st.floats(0.35, 0.65), st.floats(0.35, 0.65))
def test_a_spot_of_the_photograph_lies_at_its_place_at_working_scale(scale, down, across):
    top, left, bottom, right = scale.box
    point = np.array([[top + down * (bottom - top - 1), left + across * (right - left - 1)]])
    photograph = np.repeat((blob(scale.shape, point[0], sigma=3.0) * 250)[..., None], 3, axis=2).astype(np.uint8)
    working = scale.apply_image(photograph)
    assert working.shape == (*scale.size, 3)
    assert np.abs(centroid(working[..., 0].astype(float)) - scale.to_working(point)[0]).max() < 0.5


@settings(max_examples=60, deadline=None)
@given(scales())
def test_points_and_masks_are_an_exact_pair(scale):
    points = np.random.default_rng(0).uniform(0, 100, (20, 2))
    np.testing.assert_allclose(scale.to_original(scale.to_working(points)), points, atol=1e-9)
    top, left, bottom, right = scale.box
    edges = np.array([[top - 0.5, left - 0.5], [bottom - 0.5, right - 0.5]])
    expected = [[-0.5, -0.5], [scale.size[0] - 0.5, scale.size[1] - 0.5]]
    np.testing.assert_allclose(scale.to_working(edges), expected, atol=1e-9)
    left_half = np.zeros(scale.shape, np.bool_)
    middle = (left + right) // 2
    left_half[:, :middle] = True
    expected_columns = scale.to_working(np.array([[0, middle - 0.5]]))[0, 1] + 0.5
    assert abs(scale.apply_mask(left_half)[0].sum() - expected_columns) <= 1


def test_a_single_pixel_comes_back_where_it_was_at_the_scale_of_hrf():
    scale = scale_of((2336, 3504), (0, 129, 2336, 3392), 640)
    probability = np.zeros(scale.size, np.float32)
    probability[101, 333] = 1
    assert np.abs(centroid(scale.restore(probability)) - scale.to_original(np.array([[101, 333]]))[0]).max() < 0.5


def test_the_field_of_view_gets_the_working_diameter_and_nothing_is_drawn_around_it():
    scale = scale_of((200, 300), (10, 40, 190, 240), 100)
    assert scale.size == (90, 100)
    restored = scale.restore(np.ones(scale.size, np.float32))
    assert (restored[10:190, 40:240] == 1).all()
    assert restored.sum() == 180 * 200


def test_probabilities_stay_probabilities():
    scale = scale_of((100, 100), (0, 0, 100, 100), 50)
    restored = scale.restore(np.random.default_rng(0).normal(0.5, 1, (50, 50)).astype(np.float32))
    assert restored.dtype == np.float32
    assert (restored.min(), restored.max()) == (0, 1)


def test_arrays_of_another_photograph_are_refused():
    scale = scale_of((100, 100), (0, 0, 100, 100), 50)
    for wrong in (
        lambda: scale.apply_image(np.zeros((100, 99, 3), np.uint8)),
        lambda: scale.apply_mask(np.zeros((99, 100), np.bool_)),
        lambda: scale.restore(np.zeros((100, 100), np.float32)),
    ):
        with pytest.raises(PhotographError, match=r"100x100|50x50") as caught:
            wrong()
        assert caught.value.reason == "wrong-size"


@pytest.mark.parametrize("diameter", [0.0, -5.0, float("nan"), float("inf")])
def test_a_senseless_working_diameter_is_refused(diameter):
    with pytest.raises(PhotographError):
        scale_of((100, 100), (0, 0, 100, 100), diameter)
