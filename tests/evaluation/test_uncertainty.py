"""Intervals and paired comparisons, by simulation and against scipy."""

import numpy as np
import pytest
from scipy import stats

from venule.errors import EvaluationError
from venule.evaluation import bootstrap_mean_interval, paired_difference


def covered(draw, *, groups=None, times=300):
    """Share of simulated studies whose interval holds the true mean, 0."""
    rng = np.random.default_rng(1)
    held = 0
    for study in range(times):
        interval = bootstrap_mean_interval(draw(rng), seed=study, resamples=500, groups=groups)
        held += interval.lower <= 0 <= interval.upper
    return held / times


def test_a_95_percent_interval_holds_the_mean_in_about_95_of_100_studies():
    assert 0.91 <= covered(lambda rng: rng.normal(size=40)) <= 0.985


def test_two_eyes_of_one_person_do_not_make_the_interval_too_narrow():
    people = [place // 2 for place in range(60)]
    eyes = lambda rng: np.repeat(rng.normal(size=30), 2)  # noqa: E731
    assert covered(eyes, groups=people) > 0.90
    assert covered(eyes) < 0.88  # as if the eyes were 60 people


def test_the_same_values_have_the_same_interval_every_time():
    values = np.random.default_rng(3).beta(8, 2, size=20)
    assert bootstrap_mean_interval(values) == bootstrap_mean_interval(values)


def test_one_person_has_a_mean_and_no_limits():
    interval = bootstrap_mean_interval([0.8, 0.7], groups=["a", "a"])
    assert (interval.mean, interval.lower, interval.upper, interval.subjects) == (pytest.approx(0.75), None, None, 1)


def test_pairing_finds_a_small_steady_gain_between_photographs_that_vary_a_lot():
    rng = np.random.default_rng(0)
    first = rng.uniform(0.6, 0.9, size=20)
    second = first - 0.01 + rng.normal(0, 0.005, size=20)
    paired = paired_difference(first, second)
    assert paired.p_value < 0.001
    assert 0 < paired.interval.lower < 0.01 < paired.interval.upper < 0.02
    assert paired_difference(first, rng.permutation(second)).p_value > 0.2


@pytest.mark.parametrize("size", [6, 10, 20])
def test_the_p_value_is_that_of_the_permutation_test_of_scipy(size):
    rng = np.random.default_rng(size)
    first, second = rng.normal(0.3, 1, size), rng.normal(0, 1, size)
    theirs = stats.permutation_test((first - second,), np.mean, permutation_type="samples", n_resamples=20_000, rng=1)
    assert paired_difference(first, second).p_value == pytest.approx(theirs.pvalue, abs=1e-9 if size <= 12 else 0.015)


def test_equal_models_do_not_differ():
    same = paired_difference([0.8, 0.7, 0.9], [0.8, 0.7, 0.9])
    assert (same.interval.mean, same.p_value) == (0, 1)


def test_values_that_cannot_be_averaged_are_refused():
    for values in ([], [0.8, float("nan")]):
        with pytest.raises(EvaluationError, match="at least one value"):
            bootstrap_mean_interval(values)
    with pytest.raises(EvaluationError, match="2 and 1 values"):
        paired_difference([0.8, 0.7], [0.8])
    with pytest.raises(EvaluationError, match="3 groups"):
        bootstrap_mean_interval([0.8, 0.7], groups=["a", "b", "c"])


@pytest.mark.parametrize("value", [float("nan"), float("inf"), None, "0.8 (good)", [0.8, 0.9]])
def test_a_score_that_is_no_number_gives_no_interval(value):
    for interval in (
        lambda: bootstrap_mean_interval([0.8, value, 0.7]),
        lambda: paired_difference([0.8, value, 0.7], [0.8, 0.9, 0.7]),
    ):
        with pytest.raises(EvaluationError, match="numbers only"):
            interval()
