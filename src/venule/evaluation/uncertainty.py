"""The uncertainty of a mean over photographs, and of a difference between two models."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import bootstrap

from venule.errors import EvaluationError

EXACT_SUBJECTS = 12  # up to here every one of the 2**n sign patterns is tried


@dataclass(frozen=True)
class MeanInterval:
    """A mean with the limits between which it lies with some confidence.

    Attributes:
        mean: over the photographs.
        lower: limit; None with fewer than two subjects, where nothing can be said.
        upper: limit; None likewise.
        photographs: how many went into the mean.
        subjects: how many people they are of.

    Example:
        >>> bootstrap_mean_interval([0.78, 0.80, 0.82]).photographs
        3
    """

    mean: float
    lower: float | None
    upper: float | None
    photographs: int
    subjects: int


@dataclass(frozen=True)
class Difference:
    """A paired comparison of two models on the same photographs.

    Attributes:
        interval: of the mean of first minus second.
        p_value: how often chance alone makes a mean difference as large, in either direction.

    Example:
        >>> difference = paired_difference([0.80, 0.81, 0.82], [0.78, 0.80, 0.79])
        >>> round(difference.interval.mean, 3)
        0.02
    """

    interval: MeanInterval
    p_value: float


def bootstrap_mean_interval(
    values: Sequence[float],
    *,
    seed: int = 0,
    resamples: int = 10_000,
    confidence: float = 0.95,
    groups: Sequence[Hashable] | None = None,
) -> MeanInterval:
    """Percentile bootstrap interval of a mean (Efron 1979), resampling people, not eyes.

    It says how the mean would vary with other photographs of the same kind, and nothing of another camera or another
    observer. With fewer than about 20 people it is a little too narrow.

    Args:
        values: one score a photograph.
        seed: of the resampling; the same seed gives the same limits.
        resamples: how many.
        confidence: share of the resampled means between the limits.
        groups: the person of each photograph; photographs of one person are drawn together. Default: all differ.

    Raises:
        EvaluationError: no values, a value that is not a number, or as many groups as values are not given.

    Example:
        >>> interval = bootstrap_mean_interval([0.78, 0.80, 0.82, 0.81])
        >>> interval.lower < interval.mean < interval.upper
        True
    """
    sums, sizes = _per_group(values, groups)
    mean = float(sums.sum() / sizes.sum())
    if len(sums) < 2:
        return MeanInterval(mean, None, None, len(values), len(sums))
    limits = bootstrap(
        (sums, sizes),
        lambda drawn, count, axis: drawn.sum(axis) / count.sum(axis),
        paired=True,
        vectorized=True,
        n_resamples=resamples,
        batch=max(1, resamples // 20),  # to spare memory
        confidence_level=confidence,
        method="percentile",
        random_state=np.random.default_rng(seed),
    ).confidence_interval
    return MeanInterval(mean, float(limits.low), float(limits.high), len(values), len(sums))


def paired_difference(
    first: Sequence[float],
    second: Sequence[float],
    *,
    seed: int = 0,
    resamples: int = 10_000,
    groups: Sequence[Hashable] | None = None,
) -> Difference:
    """Compare two models on the same photographs: bootstrap interval and sign-flip permutation test.

    The test (Fisher 1935; Pitman 1937) asks: were the two models exchangeable, how often would flipping the sign of
    each person's differences give a mean difference at least as far from 0? Exact up to 12 people; beyond, over
    random flips with the observed one counted in, so that p is never 0 (Phipson and Smyth 2010).

    Args:
        first: one score a photograph, of the first model.
        second: of the second model, on the same photographs in the same order.
        seed: of the resampling.
        resamples: of the bootstrap, and of the flips.
        groups: the person of each photograph; their differences flip together.

    Raises:
        EvaluationError: as `bootstrap_mean_interval`, or the two have not as many values.

    Example:
        >>> paired_difference([0.80, 0.81, 0.82], [0.78, 0.80, 0.79]).interval.mean > 0
        True
    """
    if len(first) != len(second):
        raise EvaluationError(
            f"a paired comparison needs the same photographs; got {len(first)} and {len(second)} values"
        )
    differences = np.subtract(_per_group(first, None)[0], _per_group(second, None)[0])
    interval = bootstrap_mean_interval(list(differences), seed=seed, resamples=resamples, groups=groups)
    sums, _ = _per_group(differences, groups)
    observed = abs(sums.sum()) * (1 - 1e-12)  # sums in another order differ in the last bits
    if len(sums) <= EXACT_SUBJECTS:
        flips = 1 - 2 * (np.arange(2 ** len(sums))[:, None] >> np.arange(len(sums)) & 1)
        return Difference(interval, float(np.mean(np.abs(flips @ sums) >= observed)))
    flips = np.random.default_rng(seed).choice([-1, 1], size=(resamples, len(sums)))
    return Difference(interval, float((1 + np.sum(np.abs(flips @ sums) >= observed)) / (1 + resamples)))


def _per_group(
    values: Sequence[float] | NDArray[np.float64], groups: Sequence[Hashable] | None
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Sum and number of the values of each person."""
    try:
        numbers = np.asarray(values, np.float64)
    except (TypeError, ValueError):  # words, None, lists of several lengths
        numbers = np.empty(0)
    if numbers.size == 0 or not np.isfinite(numbers).all():
        raise EvaluationError(f"an interval needs at least one value and numbers only; got {list(values)}")
    if groups is None:
        return numbers, np.ones(len(numbers), np.int64)
    if len(groups) != len(numbers):
        raise EvaluationError(f"each value needs its group; got {len(numbers)} values and {len(groups)} groups")
    known = {group: place for place, group in enumerate(dict.fromkeys(groups))}
    place = [known[group] for group in groups]
    sums: NDArray[np.float64] = np.bincount(place, weights=numbers).astype(np.float64)
    return sums, np.bincount(place)
