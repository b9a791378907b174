"""The results table of the README and the cards: each shipped model on photographs that it never saw.

    python benchmarks/results.py DATA [--cross-validation DIR/cross_validation.json] [--update-cards]

DATA holds DRIVE, CHASE_DB1 and HRF. `drive` was trained on all the DRIVE drawings that are published, so its DRIVE
figure comes from the cross-validation of its recipe (`venule train drive --folds 5`), which the option names.
"""

import argparse
import json
from pathlib import Path

from venule.datasets import open_dataset
from venule.models import Interval, Score, load_model, shipped_models
from venule.models.model import CARD_FILE
from venule.report import NOTHING, score_text
from venule.workflows.evaluate import evaluate_dataset

# What each model has not seen: data set, split. `drive` goes on from `general`, so it has seen what that has.
UNSEEN = {
    "general": (("CHASE_DB1", "test"), ("HRF", "test"), ("DRIVE", "train")),
    "drive": (("CHASE_DB1", "test"), ("HRF", "test")),
}
LABELS = {
    ("CHASE_DB1", "test"): "CHASE_DB1, test split",
    ("HRF", "test"): "HRF, test split",
    ("DRIVE", "train"): "DRIVE, training photographs, never seen",
}


def score(model: str, data: Path, name: str, split: str) -> tuple[Score, Interval | None]:
    """A model's mean Dice in the field of view, and the second observer's on the same photographs."""
    evaluation = evaluate_dataset(open_dataset(data / name), split=split, model=model)
    found = {entrant: interval(regions["fov"]["dice"]) for entrant, regions in evaluation.means.items()}
    second = next((value for entrant, value in found.items() if entrant != model), None)
    command = f"venule evaluate {name} --split {split} --model {model}"
    return Score(
        data=LABELS[name, split], photographs=len(evaluation.photographs), dice=found[model], command=command
    ), second


def interval(mean: object) -> Interval:
    """An evaluation's interval as a card holds it, rounded to what it can bear."""
    values = (getattr(mean, name) for name in ("mean", "lower", "upper"))
    return Interval(**dict(zip(("mean", "lower", "upper"), (round(v, 4) for v in values), strict=True)))


def cross_validated(path: Path) -> Score:
    """The score of the recipe of `drive`, each photograph by a model that did not see it."""
    found = json.loads(path.read_text())
    return Score(
        data="DRIVE, training photographs, cross-validated",
        photographs=len(found["dice"]),
        dice=Interval(**{key: round(value, 4) for key, value in found["mean"].items()}),
        command=f"venule train drive --folds {len(found['thresholds'])}",
    )


def cell(value: Interval | None) -> str:
    """A mean with its interval."""
    return score_text(value.mean, lower=value.lower, upper=value.upper) if value else NOTHING


def main() -> None:
    """Print the table; write the scores into the cards where asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--cross-validation", type=Path)
    parser.add_argument("--update-cards", action="store_true")
    arguments = parser.parse_args()
    print("| model | photographs | number | Dice | second observer |")
    print("|---|---|---:|---|---|")
    for name in sorted(shipped_models(), reverse=True):
        rows = [score(name, arguments.data, *where) for where in UNSEEN[name]]
        if name == "drive" and arguments.cross_validation:
            rows.insert(0, (cross_validated(arguments.cross_validation), None))
        for found, second in rows:
            print(
                f"| `{name}` | {found.data} | {found.photographs} | {cell(found.dice)} | {cell(second)} |", flush=True
            )
        if arguments.update_cards:
            model = load_model(name)
            card = model.card.model_copy(update={"scores": tuple(found for found, _ in rows)})
            text = json.dumps(card.model_dump(mode="json"), indent=2, ensure_ascii=False)
            (model.folder / CARD_FILE).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
