"""How well arteries and veins are told apart, on photographs of which a person drew both.

    python -m benchmarks.arteries_veins AVRDB --model RUN/model [--split test] [--vessels general]

Counted are the vessel pixels that were found and that lie in a drawn vessel of one kind alone. Balanced accuracy is the
mean of the share of arteries and of veins that are called what they are: by pixels alone, and by the tree. `sure` is
the share of the pixels that is called artery or vein at all, and `among_sure` the balanced accuracy among them. The
Dice of arteries and of veins is that of what was found within the drawn vessels: a brush says nothing of widths.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from venule.datasets import Record, open_dataset
from venule.models import load_model
from venule.photograph import WorkingScale, read_photograph
from venule.photograph.arrays import BoolArray
from venule.photograph.coloured import COLOURS, read_coloured
from venule.report import Table
from venule.segmentation import Segmenter, segment
from venule.segmentation.arteries_veins import find_arteries_veins, log_odds, see
from venule.vessel_map import SURE


@dataclass(frozen=True)
class Score:
    """Of one photograph; see above."""

    name: str
    by_pixels: float
    by_tree: float
    sure: float
    among_sure: float
    arteries: float
    veins: float


def balanced(artery: BoolArray, is_artery: BoolArray, is_vein: BoolArray) -> float:
    """Mean of the shares of arteries and of veins that are called what they are."""
    return float(np.mean([artery[is_artery].mean(), (~artery)[is_vein].mean()]))


def dice(one: BoolArray, other: BoolArray) -> float:
    """Twice what both have over what each has."""
    return float(2 * np.count_nonzero(one & other) / max(1, np.count_nonzero(one) + np.count_nonzero(other)))


def score(record: Record, segmenter: Segmenter, *, vessels: str, colours: str) -> Score:
    """Compare what is found in a photograph with its drawing."""
    assert record.arteries_veins is not None, record.photograph
    photograph = read_photograph(record.photograph)
    drawn = read_coloured(record.arteries_veins, colours=colours)  # type: ignore[arg-type]
    found = segment(photograph, model=vessels, any_picture=True)
    scale = WorkingScale.fit(photograph.fov, segmenter.card.working_diameter)
    artery, vein = find_arteries_veins(found, segmenter)
    pixels = scale.restore(1 / (1 + np.exp(-log_odds(*see(found, segmenter, scale)))))
    here = found.vessels & (drawn.arteries ^ drawn.veins)
    is_artery, is_vein = here & drawn.arteries, here & drawn.veins
    sure = here & (np.maximum(artery, vein) >= SURE)
    reach = found.vessels & (drawn.arteries | drawn.veins)
    return Score(
        record.name,
        balanced(pixels >= 0.5, is_artery, is_vein),
        balanced(artery >= vein, is_artery, is_vein),
        float(np.count_nonzero(sure) / max(1, np.count_nonzero(here))),
        balanced(artery >= vein, is_artery & sure, is_vein & sure),
        dice(reach & (artery >= SURE), drawn.arteries & reach),
        dice(reach & (vein >= SURE), drawn.veins & reach),
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--model", default="arteries-veins")
    parser.add_argument("--vessels", default="general")
    parser.add_argument("--split", default="all")
    parser.add_argument("--colours", default="rite", choices=COLOURS)
    arguments = parser.parse_args()
    segmenter = Segmenter(load_model(arguments.model))
    scores = [
        score(record, segmenter, vessels=arguments.vessels, colours=arguments.colours)
        for record in open_dataset(arguments.data).split(arguments.split)
        if record.arteries_veins
    ]
    columns = ("by_pixels", "by_tree", "sure", "among_sure", "arteries", "veins")
    values = np.array([[getattr(one, column) for column in columns] for one in scores])
    rows = [(one.name, *(f"{value:.3f}" for value in row)) for one, row in zip(scores, values, strict=True)]
    for name, summary in (("mean", np.mean), ("lowest", np.min)):
        rows.append((name, *(f"{value:.4f}" for value in summary(values, axis=0))))
    title = f"Arteries and veins: {arguments.data.name}, {arguments.split}, {len(scores)} photographs"
    print(Table(title, ("photograph", *columns), tuple(rows)).to_markdown())


if __name__ == "__main__":
    main()
