"""At which working diameter, and at which threshold, a model does best: on photographs that may be looked at.

    python benchmarks/diameters.py DATA [--model general] [--diameters 540 768 1024] [--every 1] [--seen-at 600]

DATA holds DRIVE, CHASE_DB1 and HRF; their training splits are read, so that no photograph that is reported on chooses
anything. (`general` has learned from two of the three, and is surer there than elsewhere.) With `--seen-at`,
photographs are first made as small as those of a camera of lower resolution.
"""

import argparse
from functools import partial
from pathlib import Path

import numpy as np

from venule.datasets import open_dataset
from venule.models import load_model
from venule.report import Table
from venule.segmentation import Segmenter
from venule.training.samples import read_drawn, read_lower
from venule.training.threshold import LEVELS, dice_curve


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--model", default="general")
    parser.add_argument("--sets", nargs="+", default=["DRIVE", "CHASE_DB1", "HRF"])
    parser.add_argument("--diameters", nargs="+", type=float, default=[540, 768, 1024])
    parser.add_argument("--every", type=int, default=1, help="take every n-th photograph")
    parser.add_argument("--seen-at", type=float)
    arguments = parser.parse_args()
    model = load_model(arguments.model)
    segmenter = Segmenter(model)
    read = partial(read_lower, diameter=arguments.seen_at) if arguments.seen_at else read_drawn
    rows = []
    for name in arguments.sets:
        records = open_dataset(arguments.data / name).split("train")[:: arguments.every]
        drawn = [read(record) for record in records]
        for diameter in arguments.diameters:
            one_size = {"working_diameter": diameter, "smallest_diameter": None, "odds_exponent": 0.0}
            segmenter.card = model.card.model_copy(update=one_size)
            curves = [
                dice_curve(segmenter.probability(photograph), reference, photograph.fov, name="", source=0).dice
                for photograph, reference in drawn
            ]
            mean = np.mean(curves, axis=0)
            frozen = mean[int(np.argmin(np.abs(LEVELS - model.card.threshold)))]
            own = np.mean([photograph.fov.diameter for photograph, _ in drawn])
            figures = (f"{LEVELS[mean.argmax()]:.2f}", f"{mean.max():.4f}", f"{frozen:.4f}")
            rows.append((name, str(len(drawn)), f"{own:.0f}", f"{diameter:.0f}", *figures))
    columns = ("photographs", "number", "own px", "working px", "best threshold", "Dice there", "at the model's")
    print(Table(f"{model.card.name} on training splits", columns, tuple(rows)).to_markdown())


if __name__ == "__main__":
    main()
