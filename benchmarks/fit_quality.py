"""Fit the quality score to the Dice of degraded photographs: writes src/venule/measurement/quality.json.

    python -m benchmarks.fit_quality DATA [--every 1] [--jobs 2]

On the training splits of DRIVE, CHASE_DB1 and HRF; `python -m benchmarks.validation` shows the score on test splits.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from benchmarks.validation.grades import Grade, grade
from scipy.optimize import nnls

import venule.measurement
from venule.measurement.quality import Hinge, penalties

SETS = ("DRIVE", "CHASE_DB1", "HRF")
# Knots at which a property begins to cost, and to cost more.
HINGES: tuple[Hinge, ...] = (
    ("brightness", -1, 0.1),
    ("brightness", -1, 0.04),
    ("contrast", -1, 0.02),
    ("contrast", -1, 0.01),
    ("sharpness", -1, 0.5),
    ("sharpness", -1, 0.4),
    ("sharpness", -1, 0.3),
    ("sharpness", -1, 0.2),
    ("noise", 1, 0.2),
    ("noise", 1, 0.4),
    ("noise", 1, 0.55),
    ("blockiness", 1, 1.0),
    ("blockiness", 1, 3.0),
    ("blockiness", 1, 8.0),
    ("vessels", -1, 0.1),
    ("vessels", -1, 0.05),
    ("confidence", -1, 0.9),
    ("confidence", -1, 0.8),
    ("confidence", -1, 0.75),
)


def fit(grades: Sequence[Grade]) -> tuple[float, dict[Hinge, float]]:
    """The base and the weights of the hinges, none of them negative, that fit the logit of Dice best."""
    known = [one for one in grades if one.dice is not None and one.quality is not None]
    dice = np.clip([one.dice for one in known], 0.03, 0.97)
    below = -np.array([penalties(one.quality.properties, HINGES) for one in known if one.quality])
    # nnls has no free intercept: the largest logit is one from which everything goes down
    top = np.log(0.97 / 0.03)
    design = np.column_stack([-np.ones(len(known)), below])
    slope = dice * (1 - dice)  # so that it is the error of Dice that becomes small, not of its logit
    weights, _ = nnls(design * slope[:, None], slope * (np.log(dice / (1 - dice)) - top))
    base = float(top - weights[0])
    return base, {hinge: float(w) for hinge, w in zip(HINGES, weights[1:], strict=True) if w > 1e-3}


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    grades = [
        one
        for name in SETS
        for one in grade(arguments.data / name, split="train", every=arguments.every, jobs=arguments.jobs)
    ]
    base, hinges = fit(grades)
    rows = [json.dumps([*hinge, round(weight, 4)]) for hinge, weight in hinges.items()]
    path = Path(venule.measurement.__file__).parent / "quality.json"
    path.write_text(f'{{\n "base": {base:.4f},\n "hinges": [\n  ' + ",\n  ".join(rows) + "\n ]\n}\n")
    print(f"{path}: {len(rows)} hinges from {len(grades)} photographs")


if __name__ == "__main__":
    main()
