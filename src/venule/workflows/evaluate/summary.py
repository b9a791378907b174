"""What a trial says over all its photographs: means with intervals, and the comparison of two entrants."""

from dataclasses import dataclass

from venule.evaluation import SCORES, Difference, MeanInterval, Scores, bootstrap_mean_interval, paired_difference
from venule.workflows.evaluate.scoring import Trial

REGIONS = {"fov": "In the field of view", "frame": "Over the full frame"}


@dataclass(frozen=True)
class Summary:
    """Figures over photographs; every dict goes by region ("fov", "frame"), then by the name of a score.

    Attributes:
        means: by entrant first; the mean over the photographs that have the score, or why none has it.
        differences: first entrant minus second, on the photographs where both have the score; empty with one alone.
    """

    means: dict[str, dict[str, dict[str, MeanInterval | str]]]
    differences: dict[str, dict[str, Difference]]


def summarise(trial: Trial) -> Summary:
    """Average the scores of a trial; both eyes of a person are resampled together."""
    return Summary(
        means={name: {region: _means(trial, name, region) for region in REGIONS} for name in trial.pooled},
        differences={region: _differences(trial, region) for region in REGIONS} if trial.compared else {},
    )


def _means(trial: Trial, entrant: str, region: str) -> dict[str, MeanInterval | str]:
    rows = [row for row in trial.rows if row.entrant == entrant]
    means: dict[str, MeanInterval | str] = {}
    for score in SCORES:
        known = {row.record.name: _value(row.scores, region, score) for row in rows}
        values = {name: value for name, value in known.items() if value is not None}
        people = [row.record.subject for row in rows if row.record.name in values]
        if values:
            means[score] = bootstrap_mean_interval(list(values.values()), groups=people)
        else:
            means[score] = getattr(rows[0].scores, region).undefined[score]
    return means


def _differences(trial: Trial, region: str) -> dict[str, Difference]:
    if trial.compared is None:
        return {}
    by_name = [{row.record.name: row for row in trial.rows if row.entrant == name} for name in trial.compared]
    differences = {}
    for score in SCORES:
        pairs = [
            (first, second, row.record.subject)
            for name, row in by_name[0].items()
            if (first := _value(row.scores, region, score)) is not None
            and (second := _value(by_name[1][name].scores, region, score)) is not None
        ]
        if pairs:
            firsts, seconds, people = zip(*pairs, strict=True)
            differences[score] = paired_difference(firsts, seconds, groups=people)
    return differences


def _value(scores: Scores, region: str, score: str) -> float | None:
    value: float | None = getattr(scores, region).values[score]
    return value
