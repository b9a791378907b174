"""The tables of a study, as Markdown."""

from collections.abc import Sequence

from venule import networks
from venule.report import NOTHING, Table, score_text
from venule.study.comparison import Compared, NetworkScores
from venule.study.costs import Cost
from venule.study.estimates import Estimate
from venule.study.plan import VARIANTS
from venule.study.verdicts import Verdict

MaybeScores = NetworkScores | None


def dice_table(rows: Sequence[NetworkScores]) -> Table:
    """The Dice of the reference study beside ours."""
    columns = (
        "network",
        "deck, original",
        "ours, original",
        "deck, augmented",
        "ours, augmented",
        "interval over",
        "augmented − original",
        "p",
        "trainable, as published",
    )
    body = [
        (
            name,
            _deck(original),
            show(original.dice if original else None),
            _deck(augmented),
            show(augmented.dice if augmented else None),
            _over(original, augmented),
            *_compared(augmented.minus_original if augmented else None),
            f"{networks.NETWORKS[name].trainable:,}",
        )
        for name, original, augmented in _by_network(rows)
    ]
    return Table("Dice on photographs held out", columns, tuple(body))


def unet_table(rows: Sequence[NetworkScores]) -> Table:
    """Each network minus the U-Net."""
    body = []
    for name, *variants in _by_network(rows):
        compared = [row.minus_unet if row else None for row in variants]
        if any(compared):
            body.append((name, *(cell for each in compared for cell in _compared(each))))
    return Table("Dice minus that of the U-Net", ("network", "original", "p", "augmented", "p"), tuple(body))


def balance_table(rows: Sequence[NetworkScores]) -> Table:
    """Sensitivity and precision behind the Dice, and the Dice that choosing the best epoch would give."""
    columns = (
        "network",
        "data",
        "sensitivity",
        "precision",
        "found / drawn",
        "Dice, last epoch",
        "Dice, best epoch (optimistic)",
    )
    body = [
        (
            row.network,
            row.variant,
            f"{row.sensitivity:.3f}",
            f"{row.precision:.3f}",
            f"{row.found_over_drawn:.2f}",
            f"{row.dice.value:.4f}",
            NOTHING if row.best_epoch_dice is None else f"{row.best_epoch_dice:.4f}",
        )
        for row in rows
    ]
    return Table("Balance, and the best epoch", columns, tuple(body))


def cost_table(rows: Sequence[NetworkScores], costs: Sequence[Cost]) -> Table:
    """The size and speed of each network."""
    side = costs[0].side if costs else 0
    known = {name: variants for name, *variants in _by_network(rows)}
    columns = (
        "network",
        "trainable, here",
        "multiply-adds at 512x512, 10⁹",
        f"ms at {side}x{side}, CPU",
        f"peak memory at {side}x{side}, MiB",
        "epochs, original / augmented",
        "seconds a run, original / augmented",
    )
    body = []
    for cost in costs:
        variants = known.get(cost.network, [None, None])
        body.append(
            (
                cost.network,
                f"{cost.trainable:,}",
                f"{cost.multiply_adds / 1e9:.2f}",
                f"{cost.milliseconds:.0f}",
                f"{cost.peak_bytes / 2**20:.0f}",
                " / ".join(f"{row.epochs:.0f}" if row else NOTHING for row in variants),
                " / ".join(f"{row.seconds:.0f}" if row else NOTHING for row in variants),
            )
        )
    return Table("What each network takes", columns, tuple(body))


def verdict_table(verdicts: Sequence[Verdict]) -> Table:
    """The claims of the reference study."""
    body = [
        (v.claim, v.answer, "; ".join(f"{name}: {show(figure, signed='minus' in name)}" for name, figure in v.figures))
        for v in verdicts
    ]
    columns = ("claim", "verdict", "figures")
    return Table("The claims of the reference study", columns, tuple((a, b, c or "no runs") for a, b, c in body))


def show(estimate: Estimate | None, *, signed: bool = False) -> str:
    """An estimate with its interval, to the four digits of the reference study."""
    if estimate is None:
        return NOTHING
    return score_text(estimate.value, lower=estimate.lower, upper=estimate.upper, digits=4, signed=signed)


def _by_network(rows: Sequence[NetworkScores]) -> list[tuple[str, MaybeScores, MaybeScores]]:
    known = {(row.network, row.variant): row for row in rows}
    names = dict.fromkeys(row.network for row in rows)
    return [(name, *(known.get((name, variant)) for variant in VARIANTS)) for name in names]  # type: ignore[misc]


def _deck(row: MaybeScores) -> str:
    return f"{row.deck_dice:.4f} ({row.deck_on})" if row and row.deck_dice else NOTHING


def _over(*rows: MaybeScores) -> str:
    over = [_count(r.seeds if r.interval_over == "seeds" else r.photographs, r.interval_over) for r in rows if r]
    return " / ".join(dict.fromkeys(over))


def _count(number: int, things: str) -> str:
    return f"{number} {things if number > 1 else things.removesuffix('s')}"


def _compared(compared: Compared | None) -> tuple[str, str]:
    if compared is None:
        return NOTHING, NOTHING
    return show(compared.difference, signed=True), f"{compared.p_value:.3f}"
