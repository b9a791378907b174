"""Which photographs a trial scores, and who takes part."""

from pathlib import Path

from venule.datasets import Dataset, Record
from venule.errors import EvaluationError
from venule.workflows.evaluate.entrants import Entrant, mask_entrant, model_entrant


def choose_records(dataset: Dataset, split: str | None) -> tuple[str, tuple[Record, ...]]:
    """The records to score: of the split; by default of the test split where the set has one, or else all.

    Raises:
        DatasetError: the set has no such split.
        EvaluationError: none of the photographs has a drawing.
    """
    if split is None:
        split = "test" if any(record.split == "test" for record in dataset.records) else "all"
    records = dataset.split(split)
    if not any(record.reference for record in records):
        why = (
            "the challenge keeps the drawings of the DRIVE test photographs: score --split train, or hand in the "
            "masks on the challenge's page"
            if dataset.name == "drive"
            else "put the drawings beside the photographs, or choose another --split"
        )
        raise EvaluationError(f"{dataset.folder}: no photograph of split {split!r} has a drawing; {why}")
    return split, records


def choose_entrants(
    dataset: Dataset,
    split: str | None,
    *,
    model: str = "general",
    compare: str | None = None,
    masks: Path | None = None,
    threshold: float | None = None,
    flips: bool = False,
) -> list[Entrant]:
    """The entrant that is asked about, and the model it is compared with.

    Args:
        dataset: the data set.
        split: as `choose_records` takes it.
        model: name or folder.
        compare: name or folder of a second model, which keeps its own threshold; None for none.
        masks: folder with masks of another tool, in place of `model`.
        threshold: of the model, or of grey masks.
        flips: average models over mirrored photographs.

    Raises:
        DatasetError: the set has no such split.
        EvaluationError: there are no drawings, or masks are missing.
        ModelError: there is no such model.
    """
    _, records = choose_records(dataset, split)
    if masks is None:
        entrants = [model_entrant(model, threshold=threshold, flips=flips)]
    else:
        drawn = [record for record in records if record.reference]
        entrants = [mask_entrant(masks, drawn, threshold=threshold)]
    return entrants if compare is None else [*entrants, model_entrant(compare, flips=flips)]
