"""The claims of the reference study, judged by rules that were written before any run.

Every interval is the 95 % one of `scores.estimate`, over other photographs and other seeds. Where a claim is about
several networks at once, each gets the interval of confidence 1 - 0.05 / n (Bonferroni). Where no network was trained
with two seeds, intervals are over photographs alone, and the tables say so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from venule.evaluation import Counts
from venule.study.plan import VARIANTS
from venule.study.runs import RunResult
from venule.study.scores import (
    BASELINE,
    DECK,
    Cell,
    Cells,
    Estimate,
    cells_of,
    difference,
    estimate,
    found_over_drawn,
    seed_deviation,
)

Answer = Literal["holds", "does not hold", "undecided"]
Figures = tuple[tuple[str, Estimate], ...]
DEFORMABLE = ("deformable-encoder-unet", "du-net")
LIFT = (0.07, 0.09)
BALANCED = (0.8, 1.25)
ABOVE = 0.3


@dataclass(frozen=True)
class Verdict:
    """The answer to one claim, the figures it rests on, by name, and the rule it follows from."""

    claim: str
    answer: Answer
    figures: Figures
    rule: str


def judge(results: Sequence[RunResult], *, folds: int = 1) -> tuple[Verdict, ...]:
    """Judge every claim by finished runs of a study with so many folds (1 for one split)."""
    dice = cells_of(results, lambda counts: counts.dice, folds=folds)
    balance = cells_of(results, found_over_drawn, folds=folds)
    above = cells_of(results, above_trivial, folds=folds)
    return (
        *augmentation_lifts(dice),
        augmentation_closes_gaps(dice),
        *(deformable_do_not_beat(dice, variant) for variant in VARIANTS),
        cmp_unet_is_best(dice),
        dice_loss_copes(balance, above),
    )


def augmentation_lifts(dice: Cells) -> tuple[Verdict, Verdict]:
    """Augmented minus original, as a mean over all networks that were trained on both: its sign, and its size."""
    cells = [cell for pair in _both(dice) for cell in pair]
    figures: Figures = ()
    if cells:
        lift = estimate(cells, lambda m: (m[:, 1::2] - m[:, ::2]).mean(axis=1), noise=seed_deviation(dice))
        figures = (("augmented minus original, mean over networks", lift),)
    sign = Verdict(
        "augmentation lifts Dice",
        _sign(figures),
        figures,
        "holds if the interval is above 0, does not hold if it is below 0, undecided if it includes 0",
    )
    size = Verdict(
        "augmentation lifts Dice by 0.07 to 0.09",
        _inside(figures, *LIFT),
        figures,
        "holds if the interval is inside 0.07 to 0.09, does not hold if it is outside, otherwise undecided",
    )
    return sign, size


def augmentation_closes_gaps(dice: Cells) -> Verdict:
    """The standard deviation between the networks' means: on original minus on augmented data."""
    both = _both(dice)
    figures: Figures = ()
    if (count := len(both)) > 1:
        original, augmented = zip(*both, strict=True)
        noise = seed_deviation(dice)
        apart = estimate(
            [*original, *augmented],
            lambda m: m[:, :count].std(axis=1, ddof=1) - m[:, count:].std(axis=1, ddof=1),
            noise=noise,
        )
        figures = (
            ("spread on original data", estimate(original, lambda m: m.std(axis=1, ddof=1), noise=noise)),
            ("spread on augmented data", estimate(augmented, lambda m: m.std(axis=1, ddof=1), noise=noise)),
            ("original minus augmented", apart),
        )
    return Verdict(
        "augmentation closes the gaps between networks",
        _sign(figures),
        figures,
        "the spread is the standard deviation of the networks' mean Dice; holds if the interval of original minus "
        "augmented is above 0, does not hold if it is below 0, undecided if it includes 0",
    )


def deformable_do_not_beat(dice: Cells, variant: str) -> Verdict:
    """Each deformable network minus the U-Net."""
    rivals = [dice[name, variant] for name in DEFORMABLE if (name, variant) in dice]
    return Verdict(
        f"deformable networks do not beat the U-Net ({variant} data)",
        *_none_above(dice.get((BASELINE, variant)), rivals, dice),
        "does not hold if the interval of a deformable network minus the U-Net is above 0; holds if all are below 0; "
        "otherwise undecided",
    )


def cmp_unet_is_best(dice: Cells) -> Verdict:
    """Every other network that the deck gives a figure for minus CMP-UNet, on augmented data."""
    rivals = [dice[name, "augmented"] for name in DECK if name != "cmp-unet" and (name, "augmented") in dice]
    return Verdict(
        "CMP-UNet is best (augmented data, among the networks of the deck)",
        *_none_above(dice.get(("cmp-unet", "augmented")), rivals, dice),
        "does not hold if the interval of another network minus CMP-UNet is above 0; holds if all are below 0; "
        "otherwise undecided",
    )


def dice_loss_copes(balance: Cells, above: Cells) -> Verdict:
    """The U-Net finds about as much vessel as is drawn, and does far better than calling everything vessel."""
    variant = next((v for v in reversed(VARIANTS) if (BASELINE, v) in balance), None)
    figures: Figures = ()
    answer: Answer = "undecided"
    if variant:
        share, gain = (
            estimate([cells[BASELINE, variant]], lambda m: m[:, 0], noise=seed_deviation(cells))
            for cells in (balance, above)
        )
        figures = (
            (f"vessel pixels found / drawn, U-Net, {variant}", share),
            ("Dice above that of an all-vessel map", gain),
        )
        answers = {_inside(figures[:1], *BALANCED), _inside(figures[1:], ABOVE, 1.0)}
        if "does not hold" in answers:
            answer = "does not hold"
        elif answers == {"holds"}:
            answer = "holds"
    return Verdict(
        "Dice loss copes with the imbalance",
        answer,
        figures,
        f"holds if the interval of found / drawn is inside {BALANCED[0]} to {BALANCED[1]} and the interval of the Dice "
        f"above that of an all-vessel map is above {ABOVE} (an empty map has a Dice of 0); does not hold if either is "
        "outside; otherwise undecided",
    )


def above_trivial(counts: Counts) -> float | None:
    """Dice minus the Dice of calling every pixel vessel."""
    share = (counts.tp + counts.fn) / counts.pixels
    return None if counts.dice is None else counts.dice - 2 * share / (1 + share)


def _both(dice: Cells) -> list[tuple[Cell, Cell]]:
    names = dict.fromkeys(name for name, _ in dice)
    pairs = [(dice.get((name, "original")), dice.get((name, "augmented"))) for name in names]
    return [(original, augmented) for original, augmented in pairs if original and augmented]


def _none_above(champion: Cell | None, rivals: Sequence[Cell], dice: Cells) -> tuple[Answer, Figures]:
    if champion is None or not rivals:
        return "undecided", ()
    noise, confidence = seed_deviation(dice), 1 - 0.05 / len(rivals)
    figures = tuple(
        (f"{rival.network} minus {champion.network}", difference(rival, champion, noise=noise, confidence=confidence))
        for rival in rivals
    )
    signs = {_sign((figure,)) for figure in figures}
    if "holds" in signs:
        return "does not hold", figures
    return ("holds" if signs == {"does not hold"} else "undecided"), figures


def _sign(figures: Figures) -> Answer:
    """Whether the last figure is above 0."""
    return _inside(figures, 0, float("inf"), strict=True)


def _inside(figures: Figures, low: float, high: float, *, strict: bool = False) -> Answer:
    """Whether the last figure is between two bounds; the lower one not included where strict."""
    if not figures or (figure := figures[-1][1]).lower is None or figure.upper is None:
        return "undecided"
    if (low < figure.lower if strict else low <= figure.lower) and figure.upper <= high:
        return "holds"
    return "does not hold" if figure.upper < low or high < figure.lower else "undecided"
