"""How well models find vessels in worse light and worse pictures: Dice under twelve disturbances of four strengths.

    python -m benchmarks.robustness DATA [--models general mine/model] [--every 1] [--sets CHASE_DB1 HRF DRIVE]

DATA holds CHASE_DB1 and HRF, whose test splits are read, and DRIVE, whose training split is read: `general` has learned
from none of these photographs. Each photograph is disturbed, its vessels are found at the model's own threshold, and
Dice is counted inside the field of view of the undisturbed photograph. The area is the mean over strengths, the
undisturbed photograph included; each set counts alike.
"""

import argparse
from pathlib import Path

import numpy as np
from benchmarks.validation.degrade import LIGHT, STRENGTHS, degrade

from venule.datasets import open_dataset, read_record
from venule.evaluation import Counts
from venule.models import load_model
from venule.photograph import Photograph, WorkingScale
from venule.photograph.arrays import ProbabilityArray
from venule.photograph.photograph import FieldOfView
from venule.report import Table
from venule.segmentation import Segmenter

SPLITS = {"CHASE_DB1": "test", "HRF": "test", "DRIVE": "train"}
RESOLUTIONS = {"half resolution": (0.9, 0.75, 0.6, 0.5), "a quarter": (0.45, 0.38, 0.31, 0.25)}  # of its size
KINDS = {
    "fall-off": LIGHT["fall-off"],
    "red cast": LIGHT["red cast"],
    **{kind: STRENGTHS[kind] for kind in ("dark", "haze", "blur", "noise", "jpeg")},
    "vignette": LIGHT["vignette"],
    **RESOLUTIONS,
    "gamma": LIGHT["gamma"],
    "grey": LIGHT["grey"],
}


def find(segmenter: Segmenter, photograph: Photograph, *, kind: str, strength: float, seed: int) -> ProbabilityArray:
    """The probability of vessel in a disturbed photograph, float32 (height, width) of the undisturbed one."""
    image, fov = photograph.image, photograph.fov
    if kind not in RESOLUTIONS:
        worse = (
            degrade(image, fov.mask, kind=kind, strength=strength, diameter=fov.diameter, seed=seed) if kind else image
        )
        return segmenter.probability(Photograph(worse, fov))
    scale = WorkingScale.fit(fov, strength * fov.diameter)
    row, column = scale.to_working(np.array([fov.centre]))[0]
    small = FieldOfView(scale.apply_mask(fov.mask), (float(row), float(column)), strength * fov.diameter)
    return scale.restore(segmenter.probability(Photograph(scale.apply_image(image), small)))


def curves(models: list[str], data: Path, sets: list[str], every: int) -> dict[tuple[str, str], np.ndarray]:
    """Mean Dice by strength, the undisturbed photograph first, of each model under each kind: (sets, 5)."""
    segmenters = {name: Segmenter(load_model(name)) for name in models}
    found: dict[tuple[str, str], list[list[float]]] = {(model, kind): [] for model in models for kind in KINDS}
    for name in sets:
        dice: dict[tuple[str, str, float], list[float]] = {}
        for seed, record in enumerate(open_dataset(data / name).split(SPLITS[name])[::every]):
            example = read_record(record)
            photograph, drawn = example.photograph, example.reference
            assert drawn is not None, record.photograph
            for model, segmenter in segmenters.items():
                for kind, strength in [("", 0.0), *((k, s) for k, strengths in KINDS.items() for s in strengths)]:
                    probability = find(segmenter, photograph, kind=kind, strength=strength, seed=seed)
                    counts = Counts.of(probability >= segmenter.card.threshold, drawn, photograph.fov.mask)
                    dice.setdefault((model, kind, strength), []).append(counts.dice or 0.0)
        for model, kind in found:
            keys = [(model, "", 0.0), *((model, kind, strength) for strength in KINDS[kind])]
            found[model, kind].append([float(np.mean(dice[key])) for key in keys])
    return {key: np.array(rows) for key, rows in found.items()}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--models", nargs="+", default=["general"])
    parser.add_argument("--sets", nargs="+", default=list(SPLITS), choices=list(SPLITS))
    parser.add_argument("--every", type=int, default=1, help="take every n-th photograph")
    arguments = parser.parse_args()
    found = curves(arguments.models, arguments.data, arguments.sets, arguments.every)
    rows = [
        (
            kind,
            model,
            *(f"{value:.3f}" for value in found[model, kind].mean(axis=0)),
            f"{found[model, kind].mean():.4f}",
        )
        for kind in KINDS
        for model in arguments.models
    ]
    columns = ("disturbance", "model", "none", "1", "2", "3", "4", "area")
    print(Table(f"Dice by strength: {', '.join(arguments.sets)}", columns, tuple(rows)).to_markdown())


if __name__ == "__main__":
    main()
