"""The methods that an evaluation compares: models, the masks of another tool, the second observer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from venule.datasets import Dataset, Example, Record
from venule.datasets.folder import files_by_stem
from venule.errors import EvaluationError, MaskError
from venule.photograph import read_mask, read_probability
from venule.photograph.arrays import BoolArray, ProbabilityArray
from venule.photograph.mask import check_drawing, check_size
from venule.vessel_map import VesselMap

Found = VesselMap | BoolArray | ProbabilityArray  # a vessel map, a mask, or a probability that a threshold must cut


@dataclass(frozen=True)
class Method:
    """A way to find the vessels of a photograph.

    Attributes:
        name: in the tables.
        find: the vessels of a photograph; None where the method has nothing for it.
        threshold: of a probability that `find` gives; otherwise None.
    """

    name: str
    find: Callable[[Record, Example], Found | None]
    threshold: float | None = None


def choose_records(dataset: Dataset, split: str | None) -> tuple[str, tuple[Record, ...]]:
    """The photographs to score: of the split; by default of the test split where the set has one, or else all.

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


def choose_methods(
    dataset: Dataset,
    split: str | None,
    *,
    model: str = "general",
    compare: str | None = None,
    masks: Path | None = None,
    threshold: float | None = None,
    flips: bool = False,
) -> list[Method]:
    """The method to score, and a second one where two are to be compared.

    Args:
        dataset: the data set.
        split: as for `choose_records`.
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
        methods = [_model_method(model, threshold=threshold, flips=flips)]
    else:
        methods = [_mask_method(masks, [record for record in records if record.reference], threshold=threshold)]
    return methods if compare is None else [*methods, _model_method(compare, flips=flips)]


def second_observer() -> Method:
    """The second human observer of a data set, scored against the first."""
    return Method("second observer", lambda _, example: example.second)


def _model_method(model: str, *, threshold: float | None = None, flips: bool = False) -> Method:
    from venule.models import load_model
    from venule.segmentation import segment

    load_model(model)
    return Method(model, lambda _, example: segment(example.photograph, model=model, threshold=threshold, flips=flips))


def _mask_method(folder: Path, records: Sequence[Record], *, threshold: float | None = None) -> Method:
    """The masks of another tool, or of `venule segment`.

    A mask has the name of its photograph, whatever its suffix, or of the record, alone or followed by `_vessels` (with
    a threshold, also `_probability`).
    """
    from venule.segmentation import check_threshold

    threshold = None if threshold is None else check_threshold(threshold)
    if not folder.is_dir():
        raise EvaluationError(f"{folder} is no folder: --masks takes a folder of masks")
    endings = ("", "_vessels") if threshold is None else ("", "_probability", "_vessels")
    there = files_by_stem(folder)
    found, missing = {}, []
    for record in records:
        stems = (record.photograph.name.removesuffix(".gz").rsplit(".", 1)[0], record.name)
        names = [(stem + ending).lower() for ending in endings for stem in stems]
        match = next((there[name] for name in names if name in there), None)
        if match is None:
            missing.append(stems[0])
        else:
            found[record.name] = match
    if missing:
        raise EvaluationError(
            f"{folder} has no mask for {len(missing)} of {len(records)} photographs: {', '.join(missing[:20])}"
            f"{', ...' if len(missing) > 20 else ''}; name a mask as its photograph: {missing[0]}.png"
        )
    return Method(
        str(folder), lambda record, example: _read_map(found[record.name], example, threshold=threshold), threshold
    )


def _read_map(path: Path, example: Example, *, threshold: float | None) -> BoolArray | ProbabilityArray:
    """A mask, or, where a threshold is given and it is none, grey levels of probability.

    Raises:
        PhotographError: it cannot be decoded.
        MaskError: it is neither, is inverted, or has another size than the photograph.
    """
    try:
        mask = read_mask(path)
    except MaskError as error:
        if threshold is None:
            raise MaskError(f"{error}: --threshold says from which probability on a pixel is vessel") from None
        probability = read_probability(path)
        check_size(probability, example.photograph.image.shape, name=str(path))
        return probability
    check_drawing(mask, example.photograph.fov.mask, name=str(path))
    return mask
