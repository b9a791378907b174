"""How well two ways to measure agree: bias, limits of agreement, intraclass correlation, effect sizes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from venule.photograph.arrays import FloatArray

RESAMPLES = 4000


@dataclass(frozen=True)
class Agreement:
    """Two measurements of the same things (Bland and Altman 1986).

    Attributes:
        bias: mean of first minus second.
        lower: bias less 1.96 standard deviations of the differences.
        upper: bias plus as much.
        number: of things.
    """

    bias: float
    lower: float
    upper: float
    number: int


def bland_altman(first: Sequence[float], second: Sequence[float]) -> Agreement:
    """Bias and 95 % limits of agreement of two measurements of the same two or more things, in their unit."""
    differences = np.subtract(first, second)
    bias, spread = float(differences.mean()), float(differences.std(ddof=1))
    return Agreement(bias, bias - 1.96 * spread, bias + 1.96 * spread, len(differences))


def intraclass_correlation(ratings: FloatArray) -> float:
    """Absolute agreement of single measurements, two-way random effects: ICC(2,1) of Shrout and Fleiss (1979).

    Args:
        ratings: (things, raters), at least two of each.

    Returns:
        1 for raters that always agree; 0 or less for raters that agree no more than by chance.
    """
    things, raters = ratings.shape
    mean = ratings.mean()
    between = raters * ((ratings.mean(axis=1) - mean) ** 2).sum() / (things - 1)
    of_raters = things * ((ratings.mean(axis=0) - mean) ** 2).sum() / (raters - 1)
    total = ((ratings - mean) ** 2).sum()
    rest = (total - between * (things - 1) - of_raters * (raters - 1)) / ((things - 1) * (raters - 1))
    below = between + (raters - 1) * rest + raters * (of_raters - rest) / things
    return float((between - rest) / below) if below > 0 else 1.0


@dataclass(frozen=True)
class Effect:
    """How far two groups differ.

    Attributes:
        size: Hedges' g, the difference of the means over the pooled standard deviation, corrected for small groups.
        lower: end of its 95 % bootstrap interval.
        upper: end of its 95 % bootstrap interval.
        p_value: of a permutation test of the difference of the means.
    """

    size: float
    lower: float
    upper: float
    p_value: float


def effect(first: Sequence[float], second: Sequence[float], *, seed: int = 0) -> Effect:
    """Hedges' g (Hedges 1981) of two groups of two or more people each, first minus second."""
    one, other = np.asarray(first, np.float64), np.asarray(second, np.float64)
    rng = np.random.default_rng(seed)
    drawn = [hedges_g(rng.choice(one, len(one)), rng.choice(other, len(other))) for _ in range(RESAMPLES)]
    lower, upper = np.quantile(drawn, [0.025, 0.975])
    both, gap = np.concatenate([one, other]), abs(one.mean() - other.mean()) * (1 - 1e-12)
    shuffled = rng.permuted(np.tile(both, (RESAMPLES, 1)), axis=1)
    gaps = np.abs(shuffled[:, : len(one)].mean(axis=1) - shuffled[:, len(one) :].mean(axis=1))
    return Effect(hedges_g(one, other), float(lower), float(upper), float((1 + (gaps >= gap).sum()) / (1 + RESAMPLES)))


def hedges_g(one: FloatArray, other: FloatArray) -> float:
    """Hedges' g; 0 where nothing varies."""
    free = len(one) + len(other) - 2
    pooled = np.sqrt(((len(one) - 1) * one.var(ddof=1) + (len(other) - 1) * other.var(ddof=1)) / free)
    return float((one.mean() - other.mean()) / pooled * (1 - 3 / (4 * free - 1))) if pooled > 0 else 0.0


def holm(p_values: Sequence[float]) -> list[float]:
    """The p-values corrected for their number (Holm 1979): none is smaller than before, none above 1."""
    order = np.argsort(p_values)
    corrected = np.empty(len(p_values))
    largest = 0.0
    for place, index in enumerate(order):
        largest = max(largest, min(1.0, (len(p_values) - place) * p_values[index]))
        corrected[index] = largest
    return [float(value) for value in corrected]
