"""Intervals of measurements: how they are calibrated, and where they end."""

import numpy as np
import pytest

from venule.measurement import BY_NAME, MEASUREMENTS, Value
from venule.measurement.intervals import calibrate, with_intervals


def test_calibrated_limits_hold_as_many_new_errors_as_they_say():
    rng = np.random.default_rng(1)

    def phantoms(count):
        spreads = rng.uniform(0, 0.1, count)
        return rng.normal(0.05, 0.02 + spreads), spreads

    limits = calibrate(*phantoms(400))
    errors, spreads = phantoms(20_000)
    width = spreads + limits.beside
    covered = np.mean((errors >= limits.lower * width) & (errors <= limits.upper * width))
    assert covered == pytest.approx(0.95, abs=0.02)


def test_of_forty_errors_the_outermost_are_the_limits_and_of_eighty_the_second():
    for count, outermost in ((40, 0), (80, 1)):
        errors = np.linspace(-1, 1, count)
        limits = calibrate(errors, np.ones(count))
        assert limits.lower == pytest.approx(errors[outermost] / (1 + limits.beside))
        assert limits.upper == pytest.approx(errors[-1 - outermost] / (1 + limits.beside))


@pytest.mark.parametrize("drawn", [True, False])
def test_no_interval_reaches_where_no_value_can_be(drawn):
    for definition in MEASUREMENTS:
        low = max(definition.least, 0.001)
        high = min(definition.most, 3 * low + 10)
        for value in (low, (low + high) / 2, high):
            others = [[Value(definition.name, "", other)] for other in (value / 3, value * 3)]
            (found,) = with_intervals([Value(definition.name, "", value)], others, drawn=drawn)
            if found.lower is not None:
                assert definition.least <= found.lower <= value <= found.upper <= definition.most, definition.name


def test_the_limits_of_values_are_those_of_their_definitions():
    assert BY_NAME["tortuosity_distance"].least == 1
    assert BY_NAME["vessel_density"].most == 1
    assert BY_NAME["box_dimension"].most == 2


def test_a_zero_that_nothing_changes_has_no_interval():
    zero = Value("crossings", "", 0.0)
    (found,) = with_intervals([zero], [[zero], [zero]], drawn=False)
    assert found == zero
    (found,) = with_intervals([zero], [[zero], [Value("crossings", "", 4.0)]], drawn=False)
    assert found.lower == 0
    assert found.upper > 0
