"""A network is given numbers that do not depend on exposure."""

import numpy as np
import pytest

from venule.photograph.working import normalise


def test_each_channel_has_mean_0_and_deviation_1_inside_and_is_0_outside():
    rng = np.random.default_rng(0)
    image = rng.integers(0, 256, (40, 50, 3), np.uint8)
    fov = rng.random((40, 50)) > 0.3
    shown = normalise(image, fov)
    assert shown.shape == (3, 40, 50)
    assert shown.dtype == np.float32
    assert shown[:, fov].mean(axis=1) == pytest.approx(np.zeros(3), abs=1e-4)
    assert shown[:, fov].std(axis=1) == pytest.approx(np.ones(3), abs=1e-4)
    assert not shown[:, ~fov].any()


def test_exposure_makes_no_difference():
    image = np.random.default_rng(0).integers(40, 120, (40, 50, 3), np.uint8)
    fov = np.ones((40, 50), bool)
    np.testing.assert_allclose(normalise(image * 2, fov), normalise(image, fov), atol=1e-3)


def test_a_channel_without_content_is_0_and_not_a_division_by_nothing():
    image = np.zeros((20, 20, 3), np.uint8)
    image[..., 1] = np.arange(400).reshape(20, 20) % 256
    shown = normalise(image, np.ones((20, 20), bool))
    assert not shown[[0, 2]].any()
    assert shown[1].std() == pytest.approx(1, abs=1e-3)
