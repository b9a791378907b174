"""The trial: every entrant on every photograph, one photograph at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from venule.batch.outputs import write_whole
from venule.datasets import Dataset, Example, Record, read_record
from venule.errors import EvaluationError
from venule.evaluation import ScorePool, Scores, agreement_map
from venule.photograph.arrays import BoolArray
from venule.vessel_map import VesselMap
from venule.workflows.evaluate.choose import choose_records
from venule.workflows.evaluate.entrants import Entrant, Found, second_observer


@dataclass(frozen=True, eq=False)
class Row:
    """One photograph and one entrant.

    Attributes:
        record: the photograph.
        entrant: name.
        threshold: that made the vessels; None for masks.
        scores: in both regions.
    """

    record: Record
    entrant: str
    threshold: float | None
    scores: Scores


@dataclass(frozen=True, eq=False)
class Trial:
    """What came out.

    Attributes:
        dataset: that was scored.
        split: of the data set, or "all".
        without_drawing: names of the photographs that could not be scored.
        rows: photograph by photograph.
        pooled: by the name of the entrant, the scores over all pixels of all its photographs.
        compared: names of the two entrants that are compared; None with one entrant alone.
    """

    dataset: Dataset
    split: str
    without_drawing: tuple[str, ...]
    rows: tuple[Row, ...]
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


def run_trial(
    dataset: Dataset,
    entrants: Sequence[Entrant],
    *,
    split: str | None = None,
    output: Path | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Trial:
    """Score every entrant, and the second observer, on every photograph that has a drawing.

    Args:
        dataset: the photographs and their drawings.
        entrants: one, or two that are to be compared.
        split: of the data set; None as `choose_records` says.
        output: folder for the maps of agreement, `agreement/NAME.png` of the first entrant and
            `agreement_compared/NAME.png` of the second; None for no pictures.
        progress: told (photographs done, photographs in all).

    Raises:
        EvaluationError: there are no drawings, two entrants share a name, or a mask has not the size of its photograph.
        VenuleError: a file cannot be read or a model fails; the message names the photograph.
    """
    names = [entrant.name for entrant in entrants]
    if len(set(names)) < len(names):
        raise EvaluationError(f"{names[0]} cannot be compared with itself")
    split, records = choose_records(dataset, split)
    drawn = [record for record in records if record.reference]
    pools: dict[str, ScorePool] = {}
    rows: list[Row] = []
    for done, record in enumerate(drawn):
        progress(done, len(drawn))
        example = read_record(record)
        for entrant in (*entrants, second_observer()):
            found = entrant.map(record, example)
            if found is None:
                continue
            row = _score(pools.setdefault(entrant.name, ScorePool()), entrant, record, example, found)
            rows.append(row)
            if output is not None and entrant in entrants:
                folder = output / ("agreement" if entrant is entrants[0] else "agreement_compared")
                _write_agreement(folder / f"{record.name}.png", _cut(found, row.threshold), example)
    progress(len(drawn), len(drawn))
    return Trial(
        dataset=dataset,
        split=split,
        without_drawing=tuple(record.name for record in records if not record.reference),
        rows=tuple(rows),
        pooled={name: pool.scores() for name, pool in pools.items()},
        compared=(names[0], names[1]) if len(names) > 1 else None,
    )


def _score(pool: ScorePool, entrant: Entrant, record: Record, example: Example, found: Found) -> Row:
    if isinstance(found, VesselMap):
        threshold: float | None = found.threshold
    else:
        threshold = None if found.dtype == np.bool_ else entrant.threshold
    given = None if isinstance(found, VesselMap) else threshold
    try:
        scores = pool.add(found, _drawing(example), fov=example.photograph.fov.mask, threshold=given)
    except EvaluationError as error:
        raise EvaluationError(f"{record.photograph.name}, {entrant.name}: {error}", reason=error.reason) from error
    return Row(record, entrant.name, threshold, scores)


def _cut(found: Found, threshold: float | None) -> BoolArray:
    """The vessels of whatever an entrant found."""
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
    picture = Image.fromarray(agreement_map(vessels, _drawing(example), example.photograph.fov.mask))
    content = BytesIO()
    picture.save(content, "PNG")
    write_whole(path, content.getvalue())
