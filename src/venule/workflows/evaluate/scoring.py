"""Every method on every photograph, one photograph at a time; then means, intervals and differences."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from venule.batch.outputs import write_whole
from venule.datasets import Dataset, Example, Record, read_record
from venule.errors import EvaluationError
from venule.evaluation import (
    SCORES,
    Difference,
    MeanInterval,
    ScorePool,
    Scores,
    agreement_map,
    bootstrap_mean_interval,
    paired_difference,
)
from venule.photograph.arrays import BoolArray
from venule.vessel_map import VesselMap
from venule.workflows.evaluate.methods import Found, Method, choose_records, second_observer

REGIONS = {"fov": "In the field of view", "frame": "Over the full frame"}


@dataclass(frozen=True, eq=False)
class PhotographScores:
    """The scores of one method on one photograph; `threshold` is None for masks."""

    record: Record
    method: str
    threshold: float | None
    scores: Scores


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The scores of methods on a data set.

    Attributes:
        dataset: that was scored.
        split: of the data set, or "all".
        without_drawing: names of the photographs that could not be scored.
        rows: photograph by photograph.
        pooled: by the name of the method, the scores over all pixels of all its photographs.
        compared: names of the two methods that are compared; None with one method alone.
    """

    dataset: Dataset
    split: str
    without_drawing: tuple[str, ...]
    rows: tuple[PhotographScores, ...]
    pooled: dict[str, Scores]
    compared: tuple[str, str] | None

    @property
    def photographs(self) -> tuple[str, ...]:
        """Names of the photographs that were scored."""
        return tuple(dict.fromkeys(row.record.name for row in self.rows))

    @property
    def subjects(self) -> tuple[str, ...]:
        """The people they are of."""
        return tuple(dict.fromkeys(row.record.subject for row in self.rows))


@dataclass(frozen=True)
class Summary:
    """Scores averaged over photographs; each dict is by region ("fov", "frame"), then by the name of a score.

    Attributes:
        means: by method first; over the photographs that have the score, or the reason why none has it.
        differences: first method minus second, on the photographs where both have the score; empty with one alone.
    """

    means: dict[str, dict[str, dict[str, MeanInterval | str]]]
    differences: dict[str, dict[str, Difference]]


def evaluate_methods(
    dataset: Dataset,
    methods: Sequence[Method],
    *,
    split: str | None = None,
    output: Path | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Evaluation:
    """Score every method, and the second observer, on every photograph that has a drawing.

    Args:
        dataset: the photographs and their drawings.
        methods: one, or two that are to be compared.
        split: of the data set; as for `choose_records`.
        output: folder for the maps of agreement, `agreement/NAME.png` of the first method and
            `agreement_compared/NAME.png` of the second; None for no pictures.
        progress: called with (photographs done, photographs in all).

    Raises:
        EvaluationError: there are no drawings, two methods share a name, or a mask differs in size from its photograph.
        VenuleError: a file cannot be read or a model fails; the message names the photograph.
    """
    names = [method.name for method in methods]
    if len(set(names)) < len(names):
        raise EvaluationError(f"{names[0]} cannot be compared with itself")
    split, records = choose_records(dataset, split)
    drawn = [record for record in records if record.reference]
    pools: dict[str, ScorePool] = {}
    rows: list[PhotographScores] = []
    for done, record in enumerate(drawn):
        progress(done, len(drawn))
        example = read_record(record)
        for method in (*methods, second_observer()):
            found = method.find(record, example)
            if found is None:
                continue
            row = _score(pools.setdefault(method.name, ScorePool()), method, record, example, found)
            rows.append(row)
            if output is not None and method in methods:
                folder = output / ("agreement" if method is methods[0] else "agreement_compared")
                _write_agreement(folder / f"{record.name}.png", _cut(found, row.threshold), example)
    progress(len(drawn), len(drawn))
    return Evaluation(
        dataset=dataset,
        split=split,
        without_drawing=tuple(record.name for record in records if not record.reference),
        rows=tuple(rows),
        pooled={name: pool.scores() for name, pool in pools.items()},
        compared=(names[0], names[1]) if len(names) > 1 else None,
    )


def summarise(evaluation: Evaluation) -> Summary:
    """Average the scores of an evaluation; the photographs of one person are resampled together."""
    return Summary(
        means={name: {region: _means(evaluation, name, region) for region in REGIONS} for name in evaluation.pooled},
        differences={region: _differences(evaluation, region) for region in REGIONS if evaluation.compared},
    )


def _score(pool: ScorePool, method: Method, record: Record, example: Example, found: Found) -> PhotographScores:
    if isinstance(found, VesselMap):
        threshold: float | None = found.threshold
    else:
        threshold = None if found.dtype == np.bool_ else method.threshold
    given = None if isinstance(found, VesselMap) else threshold
    try:
        scores = pool.add(found, _drawing(example), fov=example.photograph.fov.mask, threshold=given)
    except EvaluationError as error:
        raise EvaluationError(f"{record.photograph.name}, {method.name}: {error}", reason=error.reason) from error
    return PhotographScores(record, method.name, threshold, scores)


def _cut(found: Found, threshold: float | None) -> BoolArray:
    """The vessels that a method found, as a mask."""
    if isinstance(found, VesselMap):
        return found.vessels
    vessels: BoolArray = found.astype(np.bool_) if threshold is None else found >= threshold
    return vessels


def _drawing(example: Example) -> BoolArray:
    if example.reference is None:
        raise EvaluationError(f"{example.name} has no drawing")
    return example.reference


def _write_agreement(path: Path, vessels: BoolArray, example: Example) -> None:
    """Write the picture, small: it has five colours and those of its letters."""
    picture = Image.fromarray(agreement_map(vessels, _drawing(example), fov=example.photograph.fov.mask))
    content = BytesIO()
    picture.save(content, "PNG")
    write_whole(path, content.getvalue())


def _means(evaluation: Evaluation, method: str, region: str) -> dict[str, MeanInterval | str]:
    rows = [row for row in evaluation.rows if row.method == method]
    means: dict[str, MeanInterval | str] = {}
    for score in SCORES:
        known = [(value, row.record.subject) for row in rows if (value := _value(row, region, score)) is not None]
        if known:
            values, people = zip(*known, strict=True)
            means[score] = bootstrap_mean_interval(values, groups=people)
        else:
            means[score] = getattr(rows[0].scores, region).undefined[score]
    return means


def _differences(evaluation: Evaluation, region: str) -> dict[str, Difference]:
    compared = evaluation.compared or ()
    by_name = [{row.record.name: row for row in evaluation.rows if row.method == name} for name in compared]
    differences = {}
    for score in SCORES:
        pairs = [
            (first, second, row.record.subject)
            for name, row in by_name[0].items()
            if (first := _value(row, region, score)) is not None
            and (second := _value(by_name[1][name], region, score)) is not None
        ]
        if pairs:
            firsts, seconds, people = zip(*pairs, strict=True)
            differences[score] = paired_difference(firsts, seconds, groups=people)
    return differences


def _value(row: PhotographScores, region: str, score: str) -> float | None:
    value: float | None = getattr(row.scores, region).values[score]
    return value
