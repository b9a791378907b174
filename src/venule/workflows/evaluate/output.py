"""A trial as tables on the terminal, and as scores.csv, summary.json and summary.md in a folder."""

import csv
import json
from dataclasses import asdict
from io import StringIO
from pathlib import Path
from typing import Any

from venule import __version__
from venule.batch.outputs import write_whole
from venule.evaluation import SCORES, MeanInterval, RegionScores
from venule.report import NOTHING, Table, score_text
from venule.workflows.evaluate.scoring import Row, Trial
from venule.workflows.evaluate.summary import REGIONS, Summary

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


def write_trial(trial: Trial, summary: Summary, folder: Path) -> None:
    """Write scores.csv (one row a photograph and entrant), summary.json and summary.md.

    Raises:
        OutputError: a file cannot be written.
    """
    write_whole(folder / "scores.csv", _csv(trial).encode())
    write_whole(folder / "summary.json", (json.dumps(_json(trial, summary), indent=2) + "\n").encode())
    write_whole(folder / "summary.md", _markdown(trial, summary).encode())


def tables(trial: Trial, summary: Summary) -> list[Table]:
    """One table a region, and one of the comparison where two entrants took part."""
    entrants = list(trial.pooled)
    found = [
        Table(
            title=f"{title} ({len(trial.photographs)} photographs, {len(trial.subjects)} people)",
            columns=("score", *(heading for name in entrants for heading in (name, "pooled"))),
            rows=tuple(_score_row(trial, summary, region, score) for score in SCORES),
        )
        for region, title in REGIONS.items()
    ]
    return [*found, _comparison(trial.compared, summary)] if trial.compared else found


def _comparison(compared: tuple[str, str], summary: Summary) -> Table:
    headings = [heading for title in REGIONS.values() for heading in (title[0].lower() + title[1:], "p")]
    rows = []
    for score in SCORES:
        cells = [TITLES[score]]
        for region in REGIONS:
            difference = summary.differences[region].get(score)
            cells.append(_interval(difference.interval) if difference else NOTHING)
            cells.append(f"{difference.p_value:.4f}" if difference else NOTHING)
        rows.append(tuple(cells))
    return Table(" minus ".join(compared), ("score", *headings), tuple(rows))


def _score_row(trial: Trial, summary: Summary, region: str, score: str) -> tuple[str, ...]:
    cells = [TITLES[score]]
    for name, pooled in trial.pooled.items():
        mean = summary.means[name][region][score]
        cells.append(NOTHING if isinstance(mean, str) else _interval(mean))
        cells.append(score_text(getattr(pooled, region).values[score]))
    return tuple(cells)


def _interval(interval: MeanInterval) -> str:
    return score_text(interval.mean, interval.lower, interval.upper)


def _markdown(trial: Trial, summary: Summary) -> str:
    head = f"# {trial.dataset.name}, {trial.split}\n\n{EXPLANATION}\n"
    if trial.without_drawing:
        head += f"\nNot scored, having no drawing: {', '.join(trial.without_drawing)}.\n"
    parts = [head, *(table.to_markdown() for table in tables(trial, summary))]
    return "\n".join([*parts, *([COMPARISON + "\n"] if trial.compared else [])])


def _csv(trial: Trial) -> str:
    """One line a photograph and entrant; a score that is not defined is empty, and `undefined` says why."""
    lines = [_line(row) for row in trial.rows]
    text = StringIO()
    writer = csv.DictWriter(text, list(lines[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue()


def _line(row: Row) -> dict[str, Any]:
    line: dict[str, Any] = {
        "photograph": row.record.name,
        "subject": row.record.subject,
        "entrant": row.entrant,
        "threshold": row.threshold,
    }
    reasons = []
    for region in REGIONS:
        scores: RegionScores = getattr(row.scores, region)
        line |= {f"{region}_{name}_px": count for name, count in asdict(scores.counts).items()}
        line |= {f"{region}_{name}": value for name, value in scores.values.items()}
        reasons += [f"{region}_{name}: {reason}" for name, reason in scores.undefined.items()]
    return line | {"undefined": "; ".join(reasons)}


def _json(trial: Trial, summary: Summary) -> dict[str, Any]:
    return {
        "venule": __version__,
        "dataset": trial.dataset.name,
        "split": trial.split,
        "photographs": list(trial.photographs),
        "without_drawing": list(trial.without_drawing),
        "entrants": {
            name: {region: _region_json(summary.means[name][region], getattr(pooled, region)) for region in REGIONS}
            for name, pooled in trial.pooled.items()
        },
        "comparison": {
            "first": trial.compared[0],
            "second": trial.compared[1],
            "difference": {
                region: {score: asdict(difference) for score, difference in found.items()}
                for region, found in summary.differences.items()
            },
        }
        if trial.compared
        else None,
    }


def _region_json(means: dict[str, MeanInterval | str], pooled: RegionScores) -> dict[str, Any]:
    return {
        "mean": {name: {"undefined": mean} if isinstance(mean, str) else asdict(mean) for name, mean in means.items()},
        "pooled": asdict(pooled.counts) | pooled.values,
    }
