"""The scores of the networks of a study and their differences, with intervals over photographs and over seeds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import t as student

from venule.evaluation import Counts, bootstrap_mean_interval, paired_difference
from venule.study.runs import RunResult

Array = NDArray[np.float64]
Statistic = Callable[[Array], Array]  # (draws, cells) -> (draws,)
DRAWS = 20_000
BASELINE = "unet"


@dataclass(frozen=True)
class DeckDice:
    """Dice of one network, without and with augmentation, on photographs of the "validation" or DRIVE "test" set."""

    original: float | None
    augmented: float
    on: str


# "Retinal Vessel Segmentation. Image Segmentation: Exploring U-Nets", slides: the reference study.
DECK = {
    "unet": DeckDice(0.7499, 0.8246, "validation"),
    "deformable-encoder-unet": DeckDice(0.7433, 0.8243, "validation"),
    "du-net": DeckDice(0.7328, 0.8233, "validation"),
    "cbam-unet": DeckDice(None, 0.8227, "test"),
    "cmp-unet": DeckDice(None, 0.8245, "test"),
    "unet-3": DeckDice(None, 0.8229, "test"),
}


@dataclass(frozen=True)
class Estimate:
    """A figure with the limits of its interval; they are None with one person alone."""

    value: float
    lower: float | None
    upper: float | None


@dataclass(frozen=True)
class Compared:
    """One mean minus another, on the same photographs, and p of the sign-flip permutation test over people."""

    difference: Estimate
    p_value: float


@dataclass(frozen=True)
class NetworkScores:
    """A network on one variant of the data. Scores are means over photographs held out and seeds, inside the FOV.

    Attributes:
        deck_dice: of the reference study; None where it gives none.
        deck_on: the photographs of that figure: "validation" or "test".
        dice: of the last epoch.
        interval_over: "seeds" or "photographs", for the interval of `dice`.
        found_over_drawn: vessel pixels found over drawn.
        best_epoch_dice: of each run's best epoch on the photographs that are scored: optimistic.
        epochs: mean over runs.
        seconds: mean wall time of a run's training.
        minus_original: augmented minus original; None on original data.
        minus_unet: this network minus the U-Net; None for the U-Net.
    """

    network: str
    variant: str
    deck_dice: float | None
    deck_on: str | None
    dice: Estimate
    interval_over: str
    seeds: int
    photographs: int
    people: int
    sensitivity: float
    precision: float
    found_over_drawn: float
    best_epoch_dice: float | None
    epochs: float
    seconds: float
    minus_original: Compared | None
    minus_unet: Compared | None


@dataclass(frozen=True, eq=False)
class Cell:
    """The runs of one network on one variant of the data.

    Attributes:
        seeds: with which every fold is done.
        people: of each photograph.
        values: (seeds, photographs), a score of each.
    """

    network: str
    variant: str
    seeds: tuple[int, ...]
    people: tuple[str, ...]
    values: Array

    @property
    def mean(self) -> float:
        """Over seeds and photographs."""
        return float(self.values.mean())


Cells = dict[tuple[str, str], Cell]  # by network and variant


def network_scores(results: Sequence[RunResult], *, folds: int = 1) -> tuple[NetworkScores, ...]:
    """The scores of finished runs, in the order of the runs; a seed with unfinished folds is left out."""
    dice, sensitivity, precision, balance = (
        cells_of(results, measure, folds=folds)
        for measure in (lambda c: c.dice, lambda c: c.sensitivity, lambda c: c.precision, found_over_drawn)
    )
    rows = []
    for (network, variant), cell in dice.items():
        runs = [r for r in results if (r.network, r.variant) == (network, variant) and r.seed in cell.seeds]
        deck = DECK.get(network)
        interval, over = mean_interval(cell)
        best = [run.best_dice for run in runs if run.best_dice is not None]
        row = NetworkScores(
            network=network,
            variant=variant,
            deck_dice=getattr(deck, variant, None),
            deck_on=deck.on if deck and getattr(deck, variant) else None,
            dice=interval,
            interval_over=over,
            seeds=len(cell.seeds),
            photographs=cell.values.shape[1],
            people=len(set(cell.people)),
            sensitivity=sensitivity[network, variant].mean,
            precision=precision[network, variant].mean,
            found_over_drawn=balance[network, variant].mean,
            best_epoch_dice=sum(best) / len(best) if best else None,
            epochs=sum(len(run.epochs) for run in runs) / len(runs),
            seconds=sum(run.seconds for run in runs) / len(runs),
            minus_original=_compare(dice, cell, dice.get((network, "original"))),
            minus_unet=_compare(dice, cell, dice.get((BASELINE, variant))),
        )
        rows.append(row)
    return tuple(rows)


def found_over_drawn(counts: Counts) -> float | None:
    """Vessel pixels found over vessel pixels drawn."""
    drawn = counts.tp + counts.fn
    return (counts.tp + counts.fp) / drawn if drawn else None


def cells_of(results: Sequence[RunResult], measure: Callable[[Counts], float | None], *, folds: int = 1) -> Cells:
    """Gather the runs of each network and variant; a seed counts once all its folds are done.

    Args:
        results: of finished runs.
        measure: the score of one photograph; None counts as 0.
        folds: of the study; 1 for one split.
    """
    found: dict[tuple[str, str], dict[int, list[RunResult]]] = {}
    for result in results:
        found.setdefault((result.network, result.variant), {}).setdefault(result.seed, []).append(result)
    cells = {}
    for (network, variant), by_seed in found.items():
        whole = {seed: runs for seed, runs in sorted(by_seed.items()) if len(runs) == folds}
        if not whole:
            continue
        scored = [sorted((p for run in runs for p in run.photographs), key=lambda p: p.name) for runs in whole.values()]
        values = np.array([[measure(p.counts) or 0.0 for p in row] for row in scored], np.float64)
        people = tuple(photograph.subject for photograph in scored[0])
        cells[network, variant] = Cell(network, variant, tuple(whole), people, values)
    return cells


def mean_interval(cell: Cell) -> tuple[Estimate, str]:
    """The mean of a cell with its 95 % interval, cut at 0 and 1, and what the interval is over.

    Over "seeds" (Student's t) where there are two or more: how another training would do on the same photographs. Over
    "photographs" (bootstrap, by person) where there is one: how the one network would do on other photographs.
    """
    if len(cell.seeds) > 1:
        means = cell.values.mean(axis=1)
        reach = float(student.ppf(0.975, len(means) - 1) * means.std(ddof=1) / np.sqrt(len(means)))
        return Estimate(cell.mean, max(cell.mean - reach, 0.0), min(cell.mean + reach, 1.0)), "seeds"
    interval = bootstrap_mean_interval(list(cell.values[0]), groups=cell.people)
    return Estimate(interval.mean, interval.lower, interval.upper), "photographs"


def seed_deviation(cells: Cells) -> tuple[float, int]:
    """Standard deviation between seeds, pooled over all cells with two or more, and its degrees of freedom.

    So a network that was trained once gets the seed noise of those trained more often. (0, 0) where no cell has two
    seeds.
    """
    means = [cell.values.mean(axis=1) for cell in cells.values() if len(cell.seeds) > 1]
    freedom = sum(len(each) - 1 for each in means)
    if not freedom:
        return 0.0, 0
    squares = sum(float(((each - each.mean()) ** 2).sum()) for each in means)
    return float(np.sqrt(squares / freedom)), freedom


def estimate(
    cells: Sequence[Cell], statistic: Statistic, *, noise: tuple[float, int], confidence: float = 0.95, seed: int = 0
) -> Estimate:
    """A statistic of the means of cells, with an interval over other photographs and other seeds.

    The means are varied at random: all together as the mean over people varies (Student's t, their covariance), and
    each alone as the mean over seeds varies (Student's t, the pooled deviation). For a difference of two means without
    seed noise this is the paired t interval over people.

    Args:
        cells: scored on the same photographs.
        statistic: of the means.
        noise: from `seed_deviation`; (0, 0) for an interval over photographs alone.
        confidence: of the interval.
        seed: of the random draws.
    """
    means = np.array([cell.mean for cell in cells])
    value = float(statistic(means[None])[0])
    by_photograph = np.stack([cell.values.mean(axis=0) for cell in cells], axis=1)
    by_person = pd.DataFrame(by_photograph).groupby(list(cells[0].people)).mean().to_numpy()
    count = len(by_person)
    if count < 2:
        return Estimate(value, None, None)
    rng = np.random.default_rng(seed)
    centred = by_person - by_person.mean(axis=0)
    moved = means + _student(rng, count - 1, rng.standard_normal((DRAWS, count))) @ centred / np.sqrt(
        count * (count - 1)
    )
    deviation, freedom = noise
    if freedom:
        each = deviation / np.sqrt([len(cell.seeds) for cell in cells])
        moved = moved + _student(rng, freedom, rng.standard_normal((DRAWS, len(cells)))) * each
    tail = (1 - confidence) / 2
    lower, upper = np.quantile(statistic(moved), [tail, 1 - tail])
    return Estimate(value, float(lower), float(upper))


def difference(first: Cell, second: Cell, *, noise: tuple[float, int], confidence: float = 0.95) -> Estimate:
    """First minus second, on the same photographs."""
    return estimate([first, second], lambda m: m[:, 0] - m[:, 1], noise=noise, confidence=confidence)


def _student(rng: np.random.Generator, freedom: int, normal: Array) -> Array:
    """Normal draws made heavy-tailed, each row by the same factor."""
    return normal * np.sqrt(freedom / rng.chisquare(freedom, (len(normal), 1)))


def _compare(dice: Cells, one: Cell, other: Cell | None) -> Compared | None:
    if other is None or one is other:
        return None
    pairs = one.values.mean(axis=0), other.values.mean(axis=0)
    p_value = paired_difference(list(pairs[0]), list(pairs[1]), groups=one.people).p_value
    return Compared(difference(one, other, noise=seed_deviation(dice)), p_value)
