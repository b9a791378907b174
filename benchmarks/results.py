"""The results table of the README and the cards: each shipped model on photographs that it never saw.

    python benchmarks/results.py DATA [--cross-validation DIR/cross_validation.json] [--update-cards]

DATA holds DRIVE, CHASE_DB1 and HRF, and AVRDB and IDRiD as `python -m benchmarks.split` splits them; what is missing
there is left out. `drive` was trained on all the DRIVE drawings that are published, so its DRIVE figure comes from the
cross-validation of its recipe (`venule train drive --folds 5`), which the option names.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from venule.datasets import open_dataset
from venule.models import Interval, Score, load_model, shipped_models
from venule.models.model import CARD_FILE
from venule.report import NOTHING, score_text
from venule.workflows.evaluate import evaluate_dataset
from venule.workflows.evaluate_eye import evaluate_arteries_veins, evaluate_landmarks

# What each model has not seen: data set, split. `drive` goes on from `general`, so it has seen what that has.
UNSEEN = {
    "general": (("CHASE_DB1", "test"), ("HRF", "test"), ("DRIVE", "train")),
    "drive": (("CHASE_DB1", "test"), ("HRF", "test")),
}
# Of the models that find something else: data set, option of `venule evaluate`, and what is said of them.
EYES = {
    "arteries-veins": (
        "AVRDB",
        "--av",
        ("balanced_accuracy", "centreline_balanced_accuracy", "dice_arteries_in_reach", "dice_veins_in_reach"),
    ),
    "landmarks": ("IDRiD", "--landmarks", ("disc_near", "disc_distance", "fovea_near", "fovea_distance")),
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
    label, count = LABELS[name, split], len(evaluation.photographs)
    return Score(data=label, photographs=count, score="Dice", value=found[model], command=command), second


def scores_of_eyes(model: str, data: Path) -> list[Score]:
    """What is said of a model that finds something else than vessels."""
    name, option, chosen = EYES[model]
    evaluate = evaluate_arteries_veins if option == "--av" else evaluate_landmarks
    evaluation = evaluate(open_dataset(data / name), split="test", model=model)
    found = {score: mean for score, mean in evaluation.means().items() if mean and score in chosen}
    return [
        Score(
            data=f"{name}, photographs held out",
            photographs=mean[0].photographs,
            score=evaluation.titles[score],
            value=interval(mean[0]),
            command=f"venule evaluate {name} --split test {option}",
        )
        for score, mean in found.items()
    ]


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
        score="Dice",
        value=Interval(**{key: round(value, 4) for key, value in found["mean"].items()}),
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
    for name in sorted(shipped_models("vessels"), reverse=True):
        rows = [score(name, arguments.data, *where) for where in UNSEEN[name] if (arguments.data / where[0]).is_dir()]
        if name == "drive" and arguments.cross_validation:
            rows.insert(0, (cross_validated(arguments.cross_validation), None))
        for found, second in rows:
            print(
                f"| `{name}` | {found.data} | {found.photographs} | {cell(found.value)} | {cell(second)} |", flush=True
            )
        if arguments.update_cards and rows:
            update_card(name, [found for found, _ in rows])
    print("| model | photographs | number | score | |")
    print("|---|---|---:|---|---|")
    for name in EYES:
        if not (arguments.data / EYES[name][0]).is_dir():
            continue
        scores = scores_of_eyes(name, arguments.data)
        for one in scores:
            print(f"| `{name}` | {one.data} | {one.photographs} | {one.score} | {cell(one.value)} |", flush=True)
        if arguments.update_cards:
            update_card(name, scores)


def update_card(name: str, scores: Sequence[Score]) -> None:
    """Write the scores into the card of a shipped model."""
    model = load_model(name)
    card = model.card.model_copy(update={"scores": tuple(scores)})
    text = json.dumps(card.model_dump(mode="json"), indent=2, ensure_ascii=False)
    (model.folder / CARD_FILE).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
