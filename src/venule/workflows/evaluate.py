"""Score models, or the masks of another tool, on a data set: each photograph, then means and a comparison."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image

from venule.batch.outputs import write_whole
from venule.datasets import Dataset, Example, Record, read_record
from venule.datasets.dataset import read_file
from venule.errors import EvaluationError, MaskError
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
from venule.models import load_model
from venule.segmentation import check_threshold, segment
from venule.vessel_map import VesselMap
from venule.workflows.given_maps import find_map, shared_maps

REGIONS = {"fov": "In the field of view", "frame": "Over the full frame"}
SECOND = "second observer"
Find = Callable[[Record, Example], VesselMap | None]  # the vessels of a photograph; None where there are none for it


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
        means: by method, region ("fov", "frame") and score, the mean over the photographs that have the score, or the
            reason why none has it. The photographs of one person are resampled together.
        differences: by region and score, first method minus second, on the photographs where both have the score; empty
            with one method alone.
    """

    dataset: Dataset
    split: str
    without_drawing: tuple[str, ...]
    rows: tuple[PhotographScores, ...]
    pooled: dict[str, Scores]
    compared: tuple[str, str] | None
    means: dict[str, dict[str, dict[str, MeanInterval | str]]]
    differences: dict[str, dict[str, Difference]]

    @property
    def photographs(self) -> tuple[str, ...]:
        """Names of the photographs that were scored."""
        return tuple(dict.fromkeys(row.record.name for row in self.rows))

    @property
    def subjects(self) -> tuple[str, ...]:
        """The people they are of."""
        return tuple(dict.fromkeys(row.record.subject for row in self.rows))


def evaluate_dataset(
    dataset: Dataset,
    *,
    split: str | None = None,
    model: str = "general",
    compare: str | None = None,
    masks: Path | None = None,
    threshold: float | None = None,
    flips: bool = False,
    scales: Sequence[float] = (),
    output: Path | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Evaluation:
    """Score a model or masks, a second model where two are compared, and the second observer, on each drawn photograph.

    Args:
        dataset: the photographs and their drawings.
        split: of the data set; None: the test split where the set has one, or else all.
        model: name or folder.
        compare: name or folder of a second model, which keeps its own threshold; None for none.
        masks: folder with masks of another tool, in place of `model`.
        threshold: of the model, or of grey masks.
        flips: average models over mirrored photographs.
        scales: average models over these sizes, see `venule.segment`.
        output: folder for the maps of agreement, `agreement/NAME.png` of the first method and
            `agreement_compared/NAME.png` of the second; None for no pictures.
        progress: called with (photographs done, photographs in all).

    Raises:
        DatasetError: the set has no such split.
        EvaluationError: there are no drawings, masks are missing, or a model is compared with itself.
        ModelError: there is no such model.
        VenuleError: a file cannot be read or a model fails; the message names the photograph.
    """
    split, records = _choose_records(dataset, split)
    drawn = [record for record in records if record.reference]
    first = _named(model if masks is None else str(masks))
    if compare is not None and compare == (model if masks is None else str(masks)):
        raise EvaluationError(f"{first} cannot be compared with itself")
    methods = {
        first: _model(model, threshold, flips, scales) if masks is None else _masks(masks, dataset, drawn, threshold)
    }
    if compare is not None:
        second = _named(compare)
        if second == first:
            second = "/".join(Path(compare).parts[-2:])
        methods[second] = _model(compare, None, flips, scales)
    pools: dict[str, ScorePool] = {}
    rows: list[PhotographScores] = []
    for done, record in enumerate(drawn):
        progress(done, len(drawn))
        example = read_record(record)
        assert example.reference is not None
        for method, find in {**methods, SECOND: _second_observer}.items():
            found = find(record, example)
            if found is None:
                continue
            try:
                scores = pools.setdefault(method, ScorePool()).add(found, example.reference)
            except EvaluationError as error:
                name = record.photograph.name
                raise EvaluationError(f"{name}, {method}: {error}", reason=error.reason) from error
            rows.append(PhotographScores(record, method, found.threshold if scores.fov.areas else None, scores))
            if output is not None and method in methods:
                folder = output / ("agreement" if method == first else "agreement_compared")
                content = BytesIO()
                Image.fromarray(agreement_map(found.vessels, example.reference, fov=found.fov)).save(content, "PNG")
                write_whole(folder / f"{record.name}.png", content.getvalue())
    progress(len(drawn), len(drawn))
    compared = None if compare is None else (first, second)
    return Evaluation(
        dataset=dataset,
        split=split,
        without_drawing=tuple(record.name for record in records if not record.reference),
        rows=tuple(rows),
        pooled={name: pool.scores() for name, pool in pools.items()},
        compared=compared,
        means={name: {region: _means(rows, name, region) for region in REGIONS} for name in pools},
        differences={region: _differences(rows, compared, region) for region in REGIONS} if compared else {},
    )


def _choose_records(dataset: Dataset, split: str | None) -> tuple[str, tuple[Record, ...]]:
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


def _named(word: str) -> str:
    """What results call a model or masks: without the folders above, which may be named after people."""
    return Path(word).name if os.path.isabs(word) else word


def _model(model: str, threshold: float | None, flips: bool, scales: Sequence[float]) -> Find:
    load_model(model)
    return lambda _, example: segment(
        example.photograph,
        model=model,
        threshold=threshold,
        flips=flips,
        scales=scales,
        any_picture=True,
        av=None,
        landmarks=None,
    )


def _masks(folder: Path, dataset: Dataset, records: Sequence[Record], threshold: float | None) -> Find:
    """The masks of another tool, or of `venule segment`, named after their photographs or records."""
    threshold = None if threshold is None else check_threshold(threshold)
    if not folder.is_dir():
        raise EvaluationError(f"{folder} is no folder: --masks takes a folder of masks")
    endings = (("", "_vessels"),) if threshold is None else (("_probability",), ("", "_vessels"))
    listed = {record.photograph.relative_to(dataset.folder).as_posix(): record.name for record in records}
    shared = shared_maps(folder, listed.items(), endings=endings)
    found, missing = {}, []
    for path, name in listed.items():
        try:
            found[name] = find_map(folder, path, name=name, endings=endings, shared=shared)
        except MaskError as error:
            if error.reason != "no-vessel-map":
                raise EvaluationError(str(error), reason=error.reason) from error
            missing.append(Path(path).name.removesuffix(".gz").rpartition(".")[0])
    if missing:
        raise EvaluationError(
            f"{folder} has no mask for {len(missing)} of {len(records)} photographs: {', '.join(missing[:20])}"
            f"{', ...' if len(missing) > 20 else ''}; name a mask as its photograph: {missing[0]}.png"
        )
    return lambda record, example: _read_map(found[record.name], example, threshold)


def _read_map(path: Path, example: Example, threshold: float | None) -> VesselMap:
    """A mask, or, where a threshold is given and it is none, grey levels of probability."""
    try:
        return VesselMap.from_mask(read_file(path), example.photograph, name=str(path))
    except MaskError as error:
        if error.reason != "bad-mask":
            raise
        if threshold is None:
            raise MaskError(f"{error}: --threshold says from which probability on a pixel is vessel") from None
    return VesselMap.from_probability(read_file(path), example.photograph, threshold=threshold)


def _second_observer(_: Record, example: Example) -> VesselMap | None:
    return None if example.second is None else VesselMap.from_mask(example.second, example.photograph)


def _means(rows: Sequence[PhotographScores], method: str, region: str) -> dict[str, MeanInterval | str]:
    of_method = [row for row in rows if row.method == method]
    means: dict[str, MeanInterval | str] = {}
    for score in SCORES:
        known = [(value, row.record.subject) for row in of_method if (value := _value(row, region, score)) is not None]
        if known:
            values, people = zip(*known, strict=True)
            means[score] = bootstrap_mean_interval(values, groups=people)
        else:
            means[score] = getattr(of_method[0].scores, region).undefined[score]
    return means


def _differences(rows: Sequence[PhotographScores], compared: tuple[str, str], region: str) -> dict[str, Difference]:
    first, second = ({row.record.name: row for row in rows if row.method == name} for name in compared)
    differences = {}
    for score in SCORES:
        values = [(_value(row, region, score), _value(second[name], region, score)) for name, row in first.items()]
        pairs = [
            (one, other, row.record.subject)
            for (one, other), row in zip(values, first.values(), strict=True)
            if one is not None and other is not None
        ]
        if pairs:
            firsts, seconds, people = zip(*pairs, strict=True)
            differences[score] = paired_difference(firsts, seconds, groups=people)
    return differences


def _value(row: PhotographScores, region: str, score: str) -> float | None:
    value: float | None = getattr(row.scores, region).values[score]
    return value
