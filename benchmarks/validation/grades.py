"""Photographs and their degraded copies: what is measured of their quality, and how well their vessels are found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from benchmarks.validation.degrade import STRENGTHS, degrade
from benchmarks.validation.workers import in_processes

from venule.datasets import Record, open_dataset, read_record
from venule.errors import DatasetError, PhotographError
from venule.measurement import Quality, assess_quality
from venule.photograph import Photograph, photograph_from_array
from venule.photograph.arrays import BoolArray
from venule.segmentation import segment


@dataclass(frozen=True)
class Grade:
    """One photograph, or one of its degraded copies.

    Attributes:
        dataset: that it is of.
        name: of the photograph.
        kind: of degradation; "" for the photograph itself.
        strength: of the degradation; 0 for the photograph itself.
        dice: of what the model found with the first observer's drawing; None where the photograph was refused as none
            of a fundus.
        quality: None where the photograph was refused.
    """

    dataset: str
    name: str
    kind: str
    strength: float
    dice: float | None
    quality: Quality | None

    @property
    def score(self) -> float | None:
        """Of its quality."""
        return self.quality.score if self.quality else None

    @property
    def reasons(self) -> tuple[str, ...]:
        """Of its quality."""
        return self.quality.reasons if self.quality else ()


def grade(folder: Path, *, split: str, every: int = 1, jobs: int = 1) -> list[Grade]:
    """Every photograph of a split, and all its degraded copies.

    Args:
        folder: of the data set.
        split: of it.
        every: so manieth photograph is taken.
        jobs: processes.

    Raises:
        DatasetError: the folder is no data set, or a photograph has no drawing.
    """
    records = open_dataset(folder).split(split)[::every]
    work = partial(_grade_record, dataset=folder.name)
    return [one for each in in_processes(work, records, jobs=jobs) for one in each]


def _grade_record(record: Record, *, dataset: str) -> list[Grade]:
    example = read_record(record)
    if example.reference is None:
        raise DatasetError(f"{record.name} of {dataset} has no drawing: it cannot be graded")
    return grade_copies(example.photograph, example.reference, STRENGTHS, dataset=dataset, name=record.name)


def grade_copies(
    photograph: Photograph,
    reference: BoolArray,
    ways: Mapping[str, Sequence[float]],
    *,
    dataset: str,
    name: str,
    model: str = "general",
) -> list[Grade]:
    """A photograph, and its copies that are degraded in these ways, by kind the strengths."""
    fov = photograph.fov
    drawn = reference & fov.mask
    kinds = [("", 0.0), *((kind, strength) for kind, strengths in ways.items() for strength in strengths)]
    found = []
    for seed, (kind, strength) in enumerate(kinds):
        image = photograph.image
        if kind:
            image = degrade(image, fov.mask, kind=kind, strength=strength, diameter=fov.diameter, seed=seed)
        try:
            vessels = segment(photograph_from_array(image), model=model, threads=1)
        except PhotographError:
            found.append(Grade(dataset, name, kind, strength, None, None))
            continue
        both = np.count_nonzero(vessels.vessels & drawn)
        dice = 2 * both / max(1, int(np.count_nonzero(vessels.vessels)) + int(np.count_nonzero(drawn)))
        found.append(Grade(dataset, name, kind, strength, dice, assess_quality(vessels)))
    return found
