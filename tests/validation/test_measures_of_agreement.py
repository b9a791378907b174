"""Agreement by worked examples from the papers that defined it."""

import numpy as np
import pytest
from benchmarks.validation.agreement import bland_altman, effect, holm, intraclass_correlation


def test_the_example_of_shrout_and_fleiss():
    ratings = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float)
    assert intraclass_correlation(ratings) == pytest.approx(0.29, abs=0.005)


def test_raters_that_agree_have_a_correlation_of_one_and_a_constant_gap_lowers_it():
    same = np.column_stack([np.arange(10.0)] * 2)
    assert intraclass_correlation(same) == pytest.approx(1)
    assert intraclass_correlation(same + np.array([0, 5])) < 0.5


def test_bias_and_limits_of_two_measurements():
    found = bland_altman([3, 5, 7, 9], [1, 5, 5, 9])
    spread = np.std([2, 0, 2, 0], ddof=1)
    assert found.bias == 1
    assert (found.lower, found.upper) == pytest.approx((1 - 1.96 * spread, 1 + 1.96 * spread))


def test_an_effect_of_one_standard_deviation_and_none():
    rng = np.random.default_rng(3)
    one, other = rng.normal(1, 1, 400), rng.normal(0, 1, 400)
    found = effect(one, other)
    assert found.size == pytest.approx(1, abs=0.15)
    assert found.lower < found.size < found.upper
    assert found.p_value < 0.001
    assert effect(other[:200], other[200:]).p_value > 0.01


def test_corrected_p_values_of_holms_example():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
