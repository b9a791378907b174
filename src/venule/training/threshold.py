"""Choosing the one threshold of a model, on training or validation photographs."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from venule.photograph import FieldOfView
from venule.photograph.arrays import BoolArray, ProbabilityArray

LEVELS = np.arange(1, 100) / 100  # the thresholds that are tried


@dataclass(frozen=True, eq=False)
class DiceCurve:
    """The Dice of one photograph by threshold.

    Attributes:
        source: position of its source in the recipe.
        diameter: of the field of view, pixels.
        dice: float (99,), inside the field of view, at each of `LEVELS`.
    """

    name: str
    source: int
    diameter: float
    dice: NDArray[np.float64]

    def at(self, threshold: float) -> float:
        """Dice at one of `LEVELS`."""
        return float(self.dice[int(np.argmin(np.abs(LEVELS - threshold)))])


def dice_curve(
    probability: ProbabilityArray, reference: BoolArray, fov: FieldOfView, *, name: str, source: int
) -> DiceCurve:
    """Dice at every threshold, from two histograms of the probability."""
    # A pixel in bin k passes the first k thresholds: bin edges are the thresholds, closed from below like `>=`.
    bins = np.searchsorted(LEVELS.astype(np.float32), probability[fov.mask], side="right")
    drawn = reference[fov.mask]
    vessel = np.bincount(bins[drawn], minlength=100)
    other = np.bincount(bins[~drawn], minlength=100)
    tp, fp = vessel[::-1].cumsum()[::-1][1:], other[::-1].cumsum()[::-1][1:]
    return DiceCurve(name, source, fov.diameter, 2 * tp / np.maximum(1, tp + fp + drawn.sum()))


def best_threshold(curves: Sequence[DiceCurve]) -> float:
    """The threshold with the highest mean Dice on photographs that were not trained on.

    Every source counts alike, however many photographs it has.
    """
    return float(LEVELS[int(np.argmax(_mean_dice(curves)))])


def expected_threshold(curves: Sequence[DiceCurve]) -> float:
    """The threshold for other photographs, where there are only training photographs to choose it on.

    On those the network is too certain, so that the threshold that is best there is too high for the faint vessels of
    another camera. With calibrated probabilities the best threshold is half of the best Dice (Lipton et al. 2014,
    optimal thresholding of classifiers to maximize F1), and that is taken.
    """
    return round(float(_mean_dice(curves).max()) / 2, 2)


def odds_exponent(given: Sequence[DiceCurve], copies: Sequence[DiceCurve], *, working_diameter: float) -> float:
    """The k for which odds x (resolution / lower resolution) ** k gives photographs and copies the same best threshold.

    The copies are of the same photographs, as from a camera of lower resolution. Beyond the working diameter a
    photograph has no more resolution for the network.
    """
    thresholds = np.array([best_threshold(curves) for curves in (given, copies)])
    lost, kept = (np.mean(np.log([min(c.diameter, working_diameter) for c in curves])) for curves in (copies, given))
    logits = np.log(thresholds / (1 - thresholds))
    return round(float((logits[0] - logits[1]) / (kept - lost)), 2)


def _mean_dice(curves: Sequence[DiceCurve]) -> NDArray[np.float64]:
    sources = sorted({curve.source for curve in curves})
    means = [np.mean([curve.dice for curve in curves if curve.source == source], axis=0) for source in sources]
    return np.asarray(np.mean(means, axis=0))
