"""The one threshold of a model, from photographs whose drawings may be looked at."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from venule.arrays import BoolArray, ProbabilityArray

LEVELS = np.arange(1, 100) / 100  # the thresholds that are tried


@dataclass(frozen=True, eq=False)
class DiceCurve:
    """How the Dice of one photograph depends on the threshold.

    Attributes:
        name: of the photograph.
        source: what it comes from.
        dice: float (99,), inside the field of view, at each of `LEVELS`.
    """

    name: str
    source: int
    dice: NDArray[np.float64]

    def at(self, threshold: float) -> float:
        """Dice at one of `LEVELS`."""
        return float(self.dice[int(np.argmin(np.abs(LEVELS - threshold)))])


def dice_curve(
    probability: ProbabilityArray, reference: BoolArray, fov: BoolArray, *, name: str, source: int
) -> DiceCurve:
    """Dice at every threshold, from two histograms of the probability.

    Args:
        probability: float32 (height, width).
        reference: bool (height, width), the drawing.
        fov: bool (height, width).
        name: of the photograph.
        source: what it comes from.
    """
    # A pixel in bin k passes the first k thresholds: bin edges are the thresholds, closed from below like `>=`.
    bins = np.searchsorted(LEVELS.astype(np.float32), probability[fov], side="right")
    drawn = reference[fov]
    vessel = np.bincount(bins[drawn], minlength=100)
    other = np.bincount(bins[~drawn], minlength=100)
    tp, fp = vessel[::-1].cumsum()[::-1][1:], other[::-1].cumsum()[::-1][1:]
    return DiceCurve(name, source, 2 * tp / np.maximum(1, tp + fp + drawn.sum()))


def best_threshold(curves: Sequence[DiceCurve]) -> float:
    """The threshold with the highest mean Dice on photographs that were not trained on.

    Every source counts alike, however many photographs it has.
    """
    return float(LEVELS[int(np.argmax(_mean_dice(curves)))])


def expected_threshold(curves: Sequence[DiceCurve]) -> float:
    """The threshold to expect most of on other photographs, where only photographs trained on are there to ask.

    On those the network is surer than it will be elsewhere, so that the threshold that is best there is too high for
    the faint vessels of another camera. With calibrated probabilities the best threshold is half of the Dice that can
    be reached (Lipton et al. 2014, optimal thresholding of classifiers to maximize F1), and that is taken.
    """
    return round(float(_mean_dice(curves).max()) / 2, 2)


def enlarged_odds(given: Sequence[DiceCurve], copies: Sequence[DiceCurve]) -> float:
    """What the odds of vessel must be multiplied by in enlarged photographs, so that one threshold suits all.

    Args:
        given: of photographs as they are.
        copies: of the same photographs, from a camera whose photographs must be enlarged.

    Returns:
        The odds of the best threshold of the first over those of the second.
    """
    first, second = (best_threshold(curves) for curves in (given, copies))
    return round(first / (1 - first) * (1 - second) / second, 2)


def _mean_dice(curves: Sequence[DiceCurve]) -> NDArray[np.float64]:
    sources = sorted({curve.source for curve in curves})
    means = [np.mean([curve.dice for curve in curves if curve.source == source], axis=0) for source in sources]
    return np.asarray(np.mean(means, axis=0))
