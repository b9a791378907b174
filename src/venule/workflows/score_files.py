"""An evaluation as tables, and as scores.csv, summary.json and summary.md in a folder."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from venule import __version__
from venule.batch.outputs import write_whole
from venule.evaluation import SCORES, MeanInterval, RegionScores
from venule.report import NOTHING, Table, score_text
from venule.workflows.evaluate import REGIONS, Evaluation, PhotographScores

TITLES = {
    "dice": "Dice",
    "sensitivity": "sensitivity",
    "specificity": "specificity",
    "precision": "precision",
    "accuracy": "accuracy",
    "mcc": "MCC",
    "auc_roc": "AUC-ROC",
    "auc_pr": "AUC-PR",
    "cl_dice": "clDice",
    "calibration_error": "ECE",
}
EXPLANATION = (
    "Mean over photographs with its 95 % bootstrap interval over people, then the score of all pixels pooled. "
    "ECE is the expected calibration error. A dash: not defined here (masks have no AUC and no ECE). "
    "Over the full frame nothing counts as found outside the field of view."
)
COMPARISON = (
    "Mean difference on the same photographs, its 95 % bootstrap interval, and p of a sign-flip permutation test; "
    "p is not adjusted for the number of scores."
)


def write_evaluation(evaluation: Evaluation, folder: Path) -> None:
    """Write scores.csv (one row a photograph and method), summary.json and summary.md.

    Raises:
        OutputError: a file cannot be written.
    """
    scores = pd.DataFrame([_line(row) for row in evaluation.rows], dtype=object)
    write_whole(folder / "scores.csv", scores.to_csv(index=False, lineterminator="\n").encode())
    write_whole(folder / "summary.json", (json.dumps(_json(evaluation), indent=2) + "\n").encode())
    write_whole(folder / "summary.md", _markdown(evaluation).encode())


def score_tables(evaluation: Evaluation) -> list[Table]:
    """One table a region, and one of the comparison where two methods are compared."""
    methods = list(evaluation.pooled)
    found = [
        Table(
            title=f"{title} ({len(evaluation.photographs)} photographs, {len(evaluation.subjects)} people)",
            columns=("score", *(heading for name in methods for heading in (name, "pooled"))),
            rows=tuple(_score_row(evaluation, region, score) for score in SCORES),
        )
        for region, title in REGIONS.items()
    ]
    return [*found, _comparison(evaluation, evaluation.compared)] if evaluation.compared else found


def _comparison(evaluation: Evaluation, compared: tuple[str, str]) -> Table:
    headings = [heading for title in REGIONS.values() for heading in (title[0].lower() + title[1:], "p")]
    rows = []
    for score in SCORES:
        cells = [TITLES[score]]
        for region in REGIONS:
            difference = evaluation.differences[region].get(score)
            cells.append(_interval(difference.interval) if difference else NOTHING)
            cells.append(f"{difference.p_value:.4f}" if difference else NOTHING)
        rows.append(tuple(cells))
    return Table(" minus ".join(compared), ("score", *headings), tuple(rows))


def _score_row(evaluation: Evaluation, region: str, score: str) -> tuple[str, ...]:
    cells = [TITLES[score]]
    for name, pooled in evaluation.pooled.items():
        mean = evaluation.means[name][region][score]
        cells.append(NOTHING if isinstance(mean, str) else _interval(mean))
        cells.append(score_text(getattr(pooled, region).values[score]))
    return tuple(cells)


def _interval(interval: MeanInterval) -> str:
    return score_text(interval.mean, lower=interval.lower, upper=interval.upper)


def _markdown(evaluation: Evaluation) -> str:
    head = f"# {evaluation.dataset.name}, {evaluation.split}\n\n{EXPLANATION}\n"
    if evaluation.without_drawing:
        head += f"\nNot scored, having no drawing: {', '.join(evaluation.without_drawing)}.\n"
    parts = [head, *(table.to_markdown() for table in score_tables(evaluation))]
    return "\n".join([*parts, *([COMPARISON + "\n"] if evaluation.compared else [])])


def _line(row: PhotographScores) -> dict[str, Any]:
    """One line of scores.csv; a score that is not defined is empty, and `undefined` says why."""
    line: dict[str, Any] = {
        "photograph": row.record.name,
        "subject": row.record.subject,
        "entrant": row.method,
        "threshold": row.threshold,
    }
    reasons = []
    for region in REGIONS:
        scores: RegionScores = getattr(row.scores, region)
        line |= {f"{region}_{name}_px": count for name, count in asdict(scores.counts).items()}
        line |= {f"{region}_{name}": value for name, value in scores.values.items()}
        reasons += [f"{region}_{name}: {reason}" for name, reason in scores.undefined.items()]
    return line | {"undefined": "; ".join(reasons)}


def _json(evaluation: Evaluation) -> dict[str, Any]:
    return {
        "venule": __version__,
        "dataset": evaluation.dataset.name,
        "split": evaluation.split,
        "photographs": list(evaluation.photographs),
        "without_drawing": list(evaluation.without_drawing),
        "entrants": {
            name: {region: _region_json(evaluation.means[name][region], getattr(pooled, region)) for region in REGIONS}
            for name, pooled in evaluation.pooled.items()
        },
        "comparison": {
            "first": evaluation.compared[0],
            "second": evaluation.compared[1],
            "difference": {
                region: {score: asdict(difference) for score, difference in found.items()}
                for region, found in evaluation.differences.items()
            },
        }
        if evaluation.compared
        else None,
    }


def _region_json(means: dict[str, MeanInterval | str], pooled: RegionScores) -> dict[str, Any]:
    return {
        "mean": {name: {"undefined": mean} if isinstance(mean, str) else asdict(mean) for name, mean in means.items()},
        "pooled": asdict(pooled.counts) | pooled.values,
    }
