"""The verdicts follow from the runs: what is true and clear is said, and what is not clear is not said."""

import numpy as np
import pytest
from scipy.stats import ttest_rel

pytest.importorskip("torch")

from made_up import make_results

from venule.study.scores import cells_of, difference, mean_interval, seed_deviation
from venule.study.verdicts import judge

DECK = {
    ("unet", "original"): 0.750,
    ("unet", "augmented"): 0.825,
    ("deformable-encoder-unet", "original"): 0.730,
    ("deformable-encoder-unet", "augmented"): 0.815,
    ("du-net", "original"): 0.710,
    ("du-net", "augmented"): 0.810,
    ("cmp-unet", "original"): 0.780,
    ("cmp-unet", "augmented"): 0.835,
}
SWAPPED = {
    ("unet", "original"): 0.82,
    ("unet", "augmented"): 0.70,
    ("du-net", "original"): 0.83,
    ("du-net", "augmented"): 0.80,
    ("cmp-unet", "original"): 0.81,
    ("cmp-unet", "augmented"): 0.60,
}


def _answers(results):
    return [verdict.answer for verdict in judge(results)]


def test_claims_that_are_true_and_clear_hold():
    assert _answers(make_results(DECK)) == ["holds"] * 7


def test_claims_that_are_false_and_clear_do_not_hold():
    results = make_results(SWAPPED, balance=1.6)
    assert _answers(results) == ["does not hold"] * 7


def test_nothing_can_be_told_from_runs_that_chance_alone_would_give():
    noisy = make_results(DECK, seed_noise=0.2, photograph_noise=0.1)
    assert set(_answers(noisy)[:6]) == {"undecided"}


def test_networks_that_differ_by_no_more_than_seeds_do_are_not_ranked():
    truth = dict.fromkeys(DECK, 0.82)
    answers = {verdict.claim: verdict.answer for verdict in judge(make_results(truth, seed_noise=0.004))}
    assert answers["CMP-UNet is best (augmented data, among the networks of the deck)"] == "undecided"
    assert answers["augmentation closes the gaps between networks"] == "undecided"


def test_a_single_photograph_or_a_missing_network_decides_nothing():
    assert set(_answers(make_results(DECK, photographs=1))) == {"undecided"}
    assert set(_answers(make_results({("w-net", "original"): 0.8}))) == {"undecided"}
    assert set(_answers([])) == {"undecided"}


def test_false_findings_are_as_rare_as_the_interval_says():
    """Two equal networks, four photographs, three seeds: about one interval in twenty misses 0."""
    rng, missed, studies = np.random.default_rng(1), 0, 100
    results = make_results({("unet", "augmented"): 0.8, ("du-net", "augmented"): 0.8})
    for _ in range(studies):
        cells = cells_of(results, lambda counts: counts.dice)
        for cell in cells.values():
            cell.values[:] = 0.8 + rng.normal(0, 0.004, cell.values.shape[1]) + rng.normal(0, 0.004, (3, 1))
        found = difference(*cells.values(), noise=seed_deviation(cells))
        missed += not found.lower <= 0 <= found.upper
    assert missed / studies < 0.09


def test_without_seed_noise_a_difference_has_the_paired_t_interval_over_people():
    results = make_results({("unet", "augmented"): 0.8, ("du-net", "augmented"): 0.78}, seeds=1, photographs=5)
    cells = cells_of(results, lambda counts: counts.dice)
    first, second = cells.values()
    first.values[:] += np.array([0.01, -0.02, 0.03, 0.0, 0.005])
    expected = ttest_rel(first.values[0], second.values[0]).confidence_interval(0.95)
    found = difference(first, second, noise=seed_deviation(cells))
    assert (found.lower, found.upper) == pytest.approx((expected.low, expected.high), abs=1e-3)


def test_the_interval_of_a_mean_is_over_seeds_where_there_are_two():
    several = cells_of(make_results({("unet", "original"): 0.8}, seeds=2), lambda counts: counts.dice)
    single = cells_of(make_results({("unet", "original"): 0.8}, seeds=1), lambda counts: counts.dice)
    assert mean_interval(several["unet", "original"])[1] == "seeds"
    assert mean_interval(single["unet", "original"])[1] == "photographs"
    cell = several["unet", "original"]
    cell.values[:] = np.array([[0.80], [0.82]])  # by hand: t = 12.706 for two, standard error 0.01
    assert mean_interval(cell)[0].upper == pytest.approx(0.81 + 0.12706, abs=1e-4)


def test_a_seed_counts_once_all_its_folds_are_done():
    results = make_results({("unet", "original"): 0.8}, seeds=2)
    halves = [
        run.model_copy(update={"fold": fold, "photographs": run.photographs[fold::2]})
        for run in results
        for fold in (0, 1)
    ]
    cells = cells_of(halves[:-1], lambda counts: counts.dice, folds=2)
    assert cells["unet", "original"].seeds == (0,)
    assert cells["unet", "original"].values.shape == (1, 4)
