"""Scores against scikit-learn and torchmetrics on the same arrays, and against sums done by hand."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn import metrics

from venule.errors import EvaluationError, MaskError
from venule.evaluation import SCORES, ScorePool, evaluate
from venule.vessel_map import VesselMap

SHAPE = (12, 17)
masks = arrays(np.bool_, SHAPE)
drawings = masks.map(lambda mask: mask & (np.indices(SHAPE).sum(0) % 4 == 0))  # a drawing covers less than a third
probabilities = arrays(np.float32, SHAPE, elements=st.floats(0, 1, width=32))
many_ties = arrays(np.int8, SHAPE, elements=st.integers(0, 4)).map(lambda level: (level / 4).astype(np.float32))


def random_case(seed=0, shape=(60, 80)):
    """A probability that knows something of the drawing, the drawing, and a round field of view."""
    rng = np.random.default_rng(seed)
    reference = rng.random(shape) < 0.12
    probability = np.clip(0.5 * reference + rng.random(shape) * 0.7 - 0.1, 0, 1).astype(np.float32)
    rows, columns = np.indices(shape)
    fov = (rows - shape[0] / 2) ** 2 + (columns - shape[1] / 2) ** 2 < (shape[0] / 2) ** 2
    return probability, reference, fov


@settings(max_examples=60, deadline=None)
@given(probability=probabilities | many_ties, reference=drawings, fov=masks, threshold=st.floats(0.01, 1))
def test_every_score_is_that_of_scikit_learn_inside_the_field_of_view_and_over_the_frame(
    probability, reference, fov, threshold
):
    fov[0, 0], fov[-1, -1] = True, False
    assume((probability > 0.5).mean() <= 0.3)
    scores = evaluate(probability, reference, fov=fov, threshold=threshold)
    cut = np.where(fov, probability, 0)
    for got, score, truth in (
        (scores.fov, probability[fov], reference[fov]),
        (scores.frame, cut.ravel(), reference.ravel()),
    ):
        found = score >= threshold
        expected = {
            "dice": metrics.f1_score(truth, found, zero_division=np.nan),
            "sensitivity": metrics.recall_score(truth, found, zero_division=np.nan),
            "specificity": metrics.recall_score(truth, found, pos_label=False, zero_division=np.nan),
            "precision": metrics.precision_score(truth, found, zero_division=np.nan),
            "accuracy": metrics.accuracy_score(truth, found),
        }
        if truth.any() and not truth.all():
            expected["auc_roc"] = metrics.roc_auc_score(truth, score)
            expected["auc_pr"] = metrics.average_precision_score(truth, score)
            if found.any() and not found.all():
                expected["mcc"] = metrics.matthews_corrcoef(truth, found)
        for name, value in expected.items():
            assert got.values[name] == (None if np.isnan(value) else pytest.approx(value, abs=1e-6)), name


@settings(max_examples=40, deadline=None)
@given(vessels=drawings, reference=drawings, fov=masks)
def test_no_score_is_ever_nan_and_every_missing_one_has_its_reason(vessels, reference, fov):
    fov[0, 0], fov[-1, -1] = True, False
    for region in (evaluate(vessels, reference, fov=fov).fov, evaluate(vessels, reference, fov=fov).frame):
        assert tuple(region.values) == SCORES
        assert all(value is None or np.isfinite(value) for value in region.values.values())
        assert set(region.undefined) == {name for name, value in region.values.items() if value is None}


def test_the_ratios_follow_from_the_counts_of_a_case_counted_by_hand():
    reference = np.array([[1, 1, 0, 0], [1, 0, 0, 0]], bool)
    vessels = np.array([[1, 0, 1, 0], [1, 0, 0, 1]], bool)
    fov = np.array([[1, 1, 1, 1], [1, 1, 1, 0]], bool)
    inside = evaluate(vessels, reference, fov=fov).fov
    assert inside.counts == type(inside.counts)(tp=2, fp=1, fn=1, tn=3)
    assert inside.counts.dice == pytest.approx(2 / 3)
    assert inside.counts.sensitivity == pytest.approx(2 / 3)
    assert inside.counts.specificity == pytest.approx(3 / 4)
    assert inside.counts.precision == pytest.approx(2 / 3)
    assert inside.counts.accuracy == pytest.approx(5 / 7)
    assert inside.counts.mcc == pytest.approx((2 * 3 - 1 * 1) / np.sqrt(3 * 3 * 4 * 4))


def test_a_perfect_map_scores_one_and_a_blank_one_nothing():
    probability, reference, fov = random_case()
    perfect = evaluate(reference.astype(np.float32), reference, fov=fov, threshold=0.5).fov.values
    assert perfect.pop("calibration_error") == 0
    assert set(perfect.values()) == {1.0}
    blank = evaluate(np.zeros_like(probability), reference, fov=fov, threshold=0.5).fov
    assert (blank.values["dice"], blank.values["sensitivity"], blank.values["cl_dice"]) == (0, 0, 0)
    assert blank.values["auc_roc"] == 0.5
    assert blank.undefined == {"precision": "no-vessels-found", "mcc": "one-class-only"}
    nothing = evaluate(np.zeros_like(fov), np.zeros_like(fov)).fov
    assert nothing.undefined["dice"] == "no-vessels-drawn-or-found"
    assert nothing.undefined["auc_roc"] == "no-probability"
    assert (nothing.values["specificity"], nothing.values["accuracy"]) == (1, 1)


def test_nothing_found_outside_the_field_of_view_counts_in_the_full_frame():
    probability, reference, fov = random_case()
    scores = evaluate(np.full_like(probability, 0.4), reference, fov=fov, threshold=0.3)
    assert scores.frame.counts.fp == scores.fov.counts.fp
    assert scores.frame.counts.tn == np.count_nonzero(~fov & ~reference)
    assert scores.frame.counts.pixels == fov.size
    assert scores.fov.counts.pixels == np.count_nonzero(fov)


@pytest.mark.parametrize("outside", [False, True])
def test_an_inverted_map_or_drawing_gets_no_score(outside):
    """Most of an eye is no vessel; the Dice of an inverted map says nothing of the network."""
    probability, reference, fov = random_case()
    inverted = ~reference & (fov | outside)
    background = np.where(fov | outside, 1 - probability, 0)
    for vessels, drawing, threshold in (
        (inverted, reference, None),
        (inverted.astype(np.uint8) * 255, reference, None),
        (background, reference, 0.5),
        (reference, inverted, None),
    ):
        with pytest.raises(MaskError, match="the photograph is vessel") as error:
            evaluate(vessels, drawing, fov=fov, threshold=threshold)
        assert error.value.reason == "inverted-mask"
    with pytest.raises(MaskError, match="the field of view is inverted"):
        evaluate(reference, reference, fov=~fov)


@pytest.mark.parametrize("threshold", [0, -0.1, 1.5, 128, float("nan"), float("inf")])
def test_a_threshold_that_is_no_probability_scores_nothing(threshold):
    """128 is a grey level, at which no probability counts as vessel."""
    probability, reference, _ = random_case()
    with pytest.raises(EvaluationError, match="is no probability"):
        evaluate(probability, reference, threshold=threshold)


def test_a_small_region_full_of_vessel_is_scored():
    reference = np.zeros((60, 80), bool)
    reference[20:40, 20:40] = True
    region = np.zeros_like(reference)
    region[22:30, 10:38] = True
    assert evaluate(reference, reference, fov=region).dice == 1


def test_a_mask_as_a_vessel_map_has_no_auc_either():
    _, reference, fov = random_case()
    drawn = VesselMap.from_mask(reference, fov=fov)
    assert evaluate(drawn, reference).fov.undefined == evaluate(reference, reference, fov=fov).fov.undefined


def test_probabilities_of_0_and_1_as_whole_numbers_are_not_read_as_grey_levels():
    _, reference, fov = random_case()
    assert evaluate(reference.astype(np.uint8), reference, fov=fov, threshold=0.5).dice == 1


def test_dice_and_calibration_error_are_those_of_torchmetrics():
    torch = pytest.importorskip("torch")
    torchmetrics = pytest.importorskip("torchmetrics.classification")
    probability, reference, _ = random_case()
    probability *= 0.999  # at exactly 1 torchmetrics has a bin of its own
    scores = evaluate(probability, reference, threshold=0.5).fov
    dice = torchmetrics.BinaryF1Score()(torch.tensor(probability >= 0.5), torch.tensor(reference))
    assert scores.counts.dice == pytest.approx(float(dice), abs=1e-6)
    error = torchmetrics.BinaryCalibrationError(n_bins=15, norm="l1")
    expected = float(error(torch.tensor(probability).double(), torch.tensor(reference)))
    assert scores.values["calibration_error"] == pytest.approx(expected, abs=1e-6)


def test_cl_dice_of_lines_that_are_their_own_skeletons_is_their_dice():
    vessels, reference = np.zeros((2, 40, 40), bool)
    vessels[10, 5:30] = reference[10, 8:35] = reference[20:38, 20] = vessels[30, 3:18] = True
    expected = 2 * 22 / (40 + 45)
    assert evaluate(vessels, reference).fov.values["cl_dice"] == pytest.approx(expected, abs=1e-6)


def test_cl_dice_forgives_width_and_punishes_a_missing_branch():
    reference = np.zeros((60, 60), bool)
    reference[20:25, 5:55] = reference[40:45, 5:55] = True
    thin = np.zeros_like(reference)
    thin[21:24, 5:55] = thin[41:44, 5:55] = True
    cut = reference.copy()
    cut[40:45] = False
    assert evaluate(thin, reference).fov.values["cl_dice"] > 0.95 > evaluate(thin, reference).fov.counts.dice
    assert evaluate(cut, reference).fov.values["cl_dice"] == pytest.approx(2 / 3, abs=0.03)


def test_pooled_scores_are_those_of_all_pixels_side_by_side():
    cases = [random_case(seed) for seed in range(4)]
    pool = ScorePool()
    for probability, reference, fov in cases:
        pool.add(probability, reference, fov=fov, threshold=0.5)
    pooled = pool.scores().fov.values
    score = np.concatenate([p[f] for p, _, f in cases])
    truth = np.concatenate([r[f] for _, r, f in cases])
    assert pooled["dice"] == pytest.approx(metrics.f1_score(truth, score >= 0.5), abs=1e-9)
    assert pooled["auc_roc"] == pytest.approx(metrics.roc_auc_score(truth, score), abs=1e-6)
    assert pooled["auc_pr"] == pytest.approx(metrics.average_precision_score(truth, score), abs=1e-5)
    frame = pool.scores().frame.values
    cut, whole = (np.concatenate(every) for every in ([p * f for p, _, f in cases], [r for _, r, _ in cases]))
    assert frame["auc_roc"] == pytest.approx(metrics.roc_auc_score(whole.ravel(), cut.ravel()), abs=1e-6)
    assert frame["accuracy"] == pytest.approx(metrics.accuracy_score(whole.ravel(), cut.ravel() >= 0.5), abs=1e-9)
    together = evaluate(score[None], truth[None], threshold=0.5).fov
    assert pooled["calibration_error"] == pytest.approx(together.values["calibration_error"], abs=1e-9)


def test_a_vessel_map_is_scored_as_its_probability_at_its_threshold():
    probability, reference, fov = random_case()
    probability = np.where(fov, probability, 0).astype(np.float32)
    made = VesselMap.from_probability(probability, threshold=0.4, fov=fov, model="some")
    assert evaluate(made, reference).fov.values == evaluate(probability, reference, fov=fov, threshold=0.4).fov.values
    with pytest.raises(EvaluationError, match="has its threshold"):
        evaluate(made, reference, threshold=0.5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"vessels": np.zeros((5, 6), bool)}, "the reference drawing is 5x4, the vessel map 6x5"),
        ({"fov": np.ones((9, 9), bool)}, "field of view is 9x9, the vessel map 5x4"),
        ({"reference": np.full((4, 5), 100, np.uint8)}, "the reference drawing is no mask"),
        ({"vessels": np.full((4, 5), 100, np.uint8)}, "the vessel map is no mask"),
        ({"vessels": np.full((4, 5), 0.5)}, "probability need a threshold"),
        ({"vessels": np.full((4, 5), 7.0), "threshold": 0.5}, "between 0 and 1"),
        ({"vessels": np.full((4, 5), np.nan), "threshold": 0.5}, "between 0 and 1"),
        ({"vessels": np.zeros((4, 5, 3), bool)}, "a mask is \\(height, width\\)"),
        ({"fov": np.zeros((4, 5), bool)}, "empty"),
    ],
)
def test_what_cannot_be_compared_is_said_with_its_value(arguments, message):
    given_arguments = {"vessels": np.zeros((4, 5), bool), "reference": np.ones((4, 5), bool)} | arguments
    vessels, reference = given_arguments.pop("vessels"), given_arguments.pop("reference")
    with pytest.raises((EvaluationError, MaskError), match=message):
        evaluate(vessels, reference, **given_arguments)


@pytest.mark.parametrize("kind", [np.uint8, np.int64, np.float64])
@pytest.mark.parametrize("white", [1, 255])
def test_a_mask_of_any_usual_kind_is_scored_as_that_of_false_and_true(kind, white):
    rng = np.random.default_rng(0)
    found, drawn = rng.random((2, 40, 50)) > 0.5
    scores = evaluate(found.astype(kind) * kind(white), drawn.astype(kind) * kind(white))
    assert scores.dice == evaluate(found, drawn).fov.counts.dice
    assert evaluate(found.tolist(), drawn.tolist()).dice == scores.dice
    table = scores.to_pandas().set_index(["region", "score"])
    assert table.value["fov", "dice"] == scores.dice
    assert table.reason["frame", "auc_roc"] == "no-probability"
