"""Score arteries and veins, or disc and fovea, on a data set: each photograph, then means."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd

from venule import __version__
from venule.batch.outputs import write_whole
from venule.datasets import Dataset, Record, read_record
from venule.datasets.dataset import read_file
from venule.errors import EvaluationError
from venule.evaluation import (
    AV_SCORES,
    LANDMARK_SCORES,
    MeanInterval,
    bootstrap_mean_interval,
    score_arteries_veins,
    score_landmarks,
)
from venule.models import load_model
from venule.photograph.coloured import Colours, read_coloured
from venule.report import NOTHING, Table, score_text
from venule.segmentation import Segmenter, find_landmarks, segment

DISC = 6.0  # degrees that a usual disc spans
Scores = dict[str, float | None]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class EyeEvaluation:
    """The scores of one kind of finding on a data set.

    Attributes:
        title: what was scored.
        titles: of the scores, by their names.
        rows: each photograph with its scores.
    """

    title: str
    titles: Mapping[str, str]
    rows: tuple[tuple[Record, Scores], ...]

    def means(self) -> dict[str, tuple[MeanInterval, float, float] | None]:
        """By score: the mean over the photographs that have it, the lowest and the highest; None where none has it."""
        found: dict[str, tuple[MeanInterval, float, float] | None] = {}
        for name in self.titles:
            known = [(value, record.subject) for record, scores in self.rows if (value := scores[name]) is not None]
            values, people = zip(*known, strict=True) if known else ((), ())
            found[name] = (bootstrap_mean_interval(values, groups=people), min(values), max(values)) if known else None
        return found

    def table(self) -> Table:
        """The means, with their 95 % intervals."""
        rows = []
        for name, found in self.means().items():
            if found is None:
                rows.append((self.titles[name], NOTHING, NOTHING, NOTHING, "0"))
                continue
            mean, lowest, highest = found
            text = score_text(mean.mean, lower=mean.lower, upper=mean.upper)
            rows.append((self.titles[name], text, score_text(lowest), score_text(highest), str(mean.photographs)))
        return Table(self.title, ("score", "mean", "lowest", "highest", "photographs"), tuple(rows))

    def write(self, folder: Path) -> None:
        """Write scores.csv (one row a photograph), summary.json and summary.md.

        Raises:
            OutputError: a file cannot be written.
        """
        lines = [{"photograph": record.name, "subject": record.subject, **scores} for record, scores in self.rows]
        table = pd.DataFrame(lines, dtype=object)
        means = {
            name: None if found is None else {**asdict(found[0]), "lowest": found[1], "highest": found[2]}
            for name, found in self.means().items()
        }
        summary = {"venule": __version__, "title": self.title, "means": means}
        write_whole(folder / "scores.csv", table.to_csv(index=False, lineterminator="\n").encode())
        write_whole(folder / "summary.json", (json.dumps(summary, indent=2) + "\n").encode())
        write_whole(folder / "summary.md", self.table().to_markdown().encode())


def evaluate_arteries_veins(
    dataset: Dataset,
    *,
    split: str | None = None,
    model: str = "arteries-veins",
    colours: Colours = "rite",
    progress: Progress = lambda done, total: None,
) -> EyeEvaluation:
    """Score a model that tells arteries from veins, on the vessels that `general` finds.

    Args:
        dataset: with drawings of arteries and veins.
        split: of the data set; None: the test split where the set has one, or else all.
        model: name or folder.
        colours: of the drawings, see `venule.photograph.coloured.read_coloured`.
        progress: called with (photographs done, photographs in all).

    Raises:
        DatasetError: the set has no such split.
        EvaluationError: no photograph has such a drawing.
        MaskError: a drawing has other colours, or another size than its photograph.
        ModelError: there is no such model.
    """

    def score(record: Record) -> Scores:
        assert record.arteries_veins is not None
        found = segment(read_record(record).photograph, any_picture=True, av=model, landmarks=None)
        name = str(record.arteries_veins)
        return score_arteries_veins(found, read_coloured(read_file(record.arteries_veins), colours=colours, name=name))

    split, records = _choose(dataset, split, lambda record: record.arteries_veins is not None)
    rows = _scored(records, score, progress)
    title = f"Arteries and veins by {Path(model).name}: {dataset.folder.name}, {split} ({len(rows)} photographs)"
    return EyeEvaluation(title, AV_SCORES, rows)


def evaluate_landmarks(
    dataset: Dataset,
    *,
    split: str | None = None,
    model: str = "landmarks",
    field_degrees: float | None = None,
    progress: Progress = lambda done, total: None,
) -> EyeEvaluation:
    """Score a model that finds disc and fovea.

    Args:
        dataset: with places of disc or fovea.
        split: of the data set; None: the test split where the set has one, or else all.
        model: name or folder.
        field_degrees: that the photographs span: a disc is taken to be 6 degrees wide; None: as wide as it is found.
        progress: called with (photographs done, photographs in all).

    Raises:
        DatasetError: the set has no such split.
        EvaluationError: no photograph has a place of disc or fovea.
        ModelError: there is no such model.
    """
    segmenter = Segmenter(load_model(model))

    def score(record: Record) -> Scores:
        photograph = read_record(record).photograph
        found = find_landmarks(photograph, segmenter)
        diameter = None if field_degrees is None else DISC / field_degrees * photograph.fov.diameter
        return score_landmarks(found, disc=record.disc, fovea=record.fovea, disc_diameter=diameter)

    split, records = _choose(dataset, split, lambda record: bool(record.disc or record.fovea))
    rows = _scored(records, score, progress)
    title = f"Landmarks by {Path(model).name}: {dataset.folder.name}, {split} ({len(rows)} photographs)"
    return EyeEvaluation(title, LANDMARK_SCORES, rows)


def _choose(
    dataset: Dataset, split: str | None, has_reference: Callable[[Record], bool]
) -> tuple[str, tuple[Record, ...]]:
    if split is None:
        split = "test" if any(record.split == "test" for record in dataset.records) else "all"
    records = tuple(record for record in dataset.split(split) if has_reference(record))
    if not records:
        raise EvaluationError(
            f"{dataset.folder}: no photograph of split {split!r} has what it is to be scored against: put drawings of "
            "arteries and veins into av/, or the places of disc and fovea into points.csv"
        )
    return split, records


def _scored(
    records: tuple[Record, ...], score: Callable[[Record], Scores], progress: Progress
) -> tuple[tuple[Record, Scores], ...]:
    rows = []
    for done, record in enumerate(records):
        progress(done, len(records))
        rows.append((record, score(record)))
    progress(len(records), len(records))
    return tuple(rows)
