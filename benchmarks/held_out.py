"""How trainings compare on the photographs of training splits that they did not learn from, each at its best threshold.

    python benchmarks/held_out.py DATA RUN... [--sets DRIVE CHASE_DB1 HRF]

A RUN is the output folder of `venule train` with a recipe that holds some out (`validation`), which it names in its
`photographs.json`. Test splits are not read, so that experiments can be judged by what this prints. The threshold is
left out of the comparison: which one to take is another question.
"""

import argparse
import json
from pathlib import Path

import numpy as np

from venule.datasets import open_dataset
from venule.models import load_model
from venule.report import Table
from venule.segmentation import Segmenter
from venule.training.samples import read_drawn
from venule.training.threshold import LEVELS, dice_curve


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("runs", nargs="+", type=Path)
    parser.add_argument("--sets", nargs="+", default=["DRIVE", "CHASE_DB1", "HRF"])
    arguments = parser.parse_args()
    rows = []
    for run in arguments.runs:
        segmenter = Segmenter(load_model(run / "model"))
        learned = set(json.loads((run / "photographs.json").read_text()))
        for name in arguments.sets:
            records = open_dataset(arguments.data / name).split("train")
            unseen = [record for record in records if f"{name}/{record.name}" not in learned]
            if not unseen:
                continue
            curves = [
                dice_curve(segmenter.probability(photograph), reference, photograph.fov, name="", source=0).dice
                for photograph, reference in map(read_drawn, unseen)
            ]
            mean = np.mean(curves, axis=0)
            best = int(mean.argmax())
            each = [curve[best] for curve in curves]
            figures = (f"{mean[best]:.4f}", f"{min(each):.3f}", f"{LEVELS[best]:.2f}")
            rows.append((run.name, str(segmenter.card.parameters), name, str(len(unseen)), *figures))
    columns = ("run", "parameters", "photographs", "number", "Dice", "lowest", "threshold")
    print(Table("Photographs that were not learned from", columns, tuple(rows)).to_markdown())


if __name__ == "__main__":
    main()
