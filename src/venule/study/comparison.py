"""The scores of each network and variant of the data, their differences, and what a study found in all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from venule.evaluation import Counts, paired_difference
from venule.study.costs import Cost, find_costs
from venule.study.deck import BASELINE, DECK
from venule.study.estimates import Cell, Cells, Estimate, cells_of, difference, mean_interval, seed_deviation
from venule.study.plan import Study
from venule.study.run_result import RunResult
from venule.study.runs import Progress, progress_of
from venule.study.verdicts import Verdict, found_over_drawn, judge


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


@dataclass(frozen=True)
class Findings:
    """All that the tables and figures of a study show; `uncosted` is why a network has no cost, by its name."""

    study: Study
    progress: Progress
    rows: tuple[NetworkScores, ...]
    verdicts: tuple[Verdict, ...]
    costs: tuple[Cost, ...]
    uncosted: dict[str, str]


def gather_findings(study: Study, output: Path) -> Findings:
    """The findings of the finished runs in an output folder; costs that are not known yet are measured."""
    progress = progress_of(study, output)
    folds = study.folds or 1
    costs, uncosted = find_costs(study.networks, output, side=study.training.crop)
    rows, verdicts = network_scores(progress.finished, folds=folds), judge(progress.finished, folds=folds)
    return Findings(study, progress, rows, verdicts, costs, uncosted)


def network_scores(results: Sequence[RunResult], *, folds: int = 1) -> tuple[NetworkScores, ...]:
    """The scores of finished runs, in the order of the runs; a seed with unfinished folds is left out."""

    def means(measure: Callable[[Counts], float | None]) -> Cells:
        return cells_of(results, measure, folds=folds)

    dice = means(lambda counts: counts.dice)
    sensitivity, precision = means(lambda counts: counts.sensitivity), means(lambda counts: counts.precision)
    balance = means(found_over_drawn)
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


def _compare(dice: Cells, one: Cell, other: Cell | None) -> Compared | None:
    if other is None or one is other:
        return None
    pairs = one.values.mean(axis=0), other.values.mean(axis=0)
    p_value = paired_difference(list(pairs[0]), list(pairs[1]), groups=one.people).p_value
    return Compared(difference(one, other, noise=seed_deviation(dice)), p_value)
