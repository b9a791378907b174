"""Sets whose dimension and lacunarity are known."""

import math

import numpy as np
import pytest
from benchmarks.validation.shapes import FRACTALS, gasket

from venule.errors import MeasurementError
from venule.measurement.fractal import MOMENTS, fractal_dimensions, multifractal_spectrum
from venule.measurement.vessel_measurements import lacunarity


@pytest.mark.parametrize("name", FRACTALS)
def test_dimensions_of_known_fractals(name):
    make, truth = FRACTALS[name]
    drawn = make()
    found = fractal_dimensions(drawn, diameter=drawn.shape[0])
    for value in (found.box, found.information, found.correlation):
        assert value == pytest.approx(truth, abs=0.05)


def cascade(depth, weights):
    """Points thrown into a binomial cascade: a multifractal whose dimensions have a formula."""
    chances = np.ones((1, 1))
    for _ in range(depth):
        chances = np.kron(chances, weights)
    return chances / chances.sum()


def test_a_fractal_of_one_dimension_has_no_spectrum_and_an_uneven_one_has():
    even = multifractal_spectrum(gasket(1024), diameter=1024)
    assert even.length < 0.1
    rng = np.random.default_rng(0)
    chances = cascade(9, np.array([[0.45, 0.25], [0.2, 0.1]]))
    uneven = rng.random(chances.shape) < np.minimum(1, 40_000 * chances)
    found = multifractal_spectrum(uneven, diameter=512)
    assert found.length > 5 * even.length
    falling = np.array(found.dimensions)[MOMENTS >= 1]  # below, the rarest points decide, and a sample has none
    assert np.all(np.diff(falling) < 0)
    correlation = -math.log2(0.45**2 + 0.25**2 + 0.2**2 + 0.1**2)
    assert found.dimensions[list(MOMENTS).index(2)] == pytest.approx(correlation, abs=0.1)


def test_the_singularity_length_of_a_cascade_is_that_of_its_formula():
    """Of a binomial cascade alpha(q) is the mean of -log2 p, weighted with p^q; dense enough, a sample has it."""
    weights = np.array([[0.3, 0.25], [0.25, 0.2]])
    chances = cascade(11, weights)
    sample = np.random.default_rng(0).random(chances.shape) < np.minimum(1, 600_000 * chances)
    rare, common = (np.average(-np.log2(weights), weights=weights**q) for q in (-4, 4))
    assert multifractal_spectrum(sample, diameter=2048).length == pytest.approx(rare - common, abs=0.05)


def test_lacunarity_is_one_where_boxes_hold_the_same_and_known_where_vessels_are_rare():
    fov = np.ones((400, 400), bool)
    stripes = np.zeros_like(fov)
    stripes[:, ::10] = True
    assert lacunarity(stripes, fov, side=20) == pytest.approx(1, abs=1e-9)
    share = 0.02
    scattered = np.random.default_rng(0).random(fov.shape) < share
    # a binomial number in each box: variance over squared mean is (1 - p) / (n p)
    assert lacunarity(scattered, fov, side=8) == pytest.approx(1 + (1 - share) / (64 * share), rel=0.03)


def test_what_has_no_dimension_is_named():
    with pytest.raises(MeasurementError, match="no vessels"):
        fractal_dimensions(np.zeros((300, 300), bool), diameter=300)
    with pytest.raises(MeasurementError, match="too small"):
        fractal_dimensions(np.ones((30, 30), bool), diameter=30)
