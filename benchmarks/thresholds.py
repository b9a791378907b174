"""How much of the best threshold can be had honestly: one for all, one a set, or what each photograph itself suggests.

    python benchmarks/thresholds.py DATA [--model general] [--sets DRIVE CHASE_DB1 HRF]

Dice on the training splits of DATA, which may be looked at: at the threshold of the model's card; at the threshold
where the expected Dice of the photograph is highest if its probabilities are taken at their word (no drawing is
needed; Lipton et al. 2014); and, as bounds that need the drawings, at the best threshold of the set and of each
photograph.
"""

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from venule.datasets import open_dataset
from venule.models import load_model
from venule.report import Table
from venule.segmentation import Segmenter
from venule.training.samples import read_drawn
from venule.training.threshold import LEVELS, dice_curve


def expected_dice(probability: NDArray[np.float32]) -> NDArray[np.float64]:
    """Dice to be expected at each of `LEVELS` if a pixel of probability p is vessel in p of all cases, float (99,)."""
    bins = np.searchsorted(LEVELS.astype(np.float32), probability, side="right")
    found = np.bincount(bins, minlength=100)[::-1].cumsum()[::-1][1:]
    hits = np.bincount(bins, weights=probability, minlength=100)[::-1].cumsum()[::-1][1:]
    return np.asarray(2 * hits / np.maximum(1, found + probability.sum()))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--model", default="general")
    parser.add_argument("--sets", nargs="+", default=["DRIVE", "CHASE_DB1", "HRF"])
    arguments = parser.parse_args()
    segmenter = Segmenter(load_model(arguments.model))
    frozen = int(np.argmin(np.abs(LEVELS - segmenter.card.threshold)))
    rows = []
    for name in arguments.sets:
        curves, suggested = [], []
        for record in open_dataset(arguments.data / name).split("train"):
            photograph, reference = read_drawn(record)
            probability = segmenter.probability(photograph)
            curves.append(dice_curve(probability, reference, photograph.fov, name=record.name, source=0).dice)
            suggested.append(int(expected_dice(probability[photograph.fov.mask]).argmax()))
        dice, each = np.array(curves), np.arange(len(curves))
        best = int(dice.mean(axis=0).argmax())
        rows.append(
            (
                name,
                str(len(curves)),
                f"{dice[:, frozen].mean():.4f}",
                f"{dice[each, suggested].mean():.4f}",
                f"{LEVELS[suggested].mean():.2f}",
                f"{dice[:, best].mean():.4f}",
                f"{LEVELS[best]:.2f}",
                f"{dice.max(axis=1).mean():.4f}",
            )
        )
    columns = ("photographs", "number", "at the card's", "at the expected best", "which is", "at the set's best")
    columns += ("which is", "at each one's best")
    print(Table(f"{segmenter.card.name} on training splits: Dice by threshold", columns, tuple(rows)).to_markdown())


if __name__ == "__main__":
    main()
