"""Photographs and their degraded copies: what is measured of their quality, and how well their vessels are found."""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from venule.datasets import Record, open_dataset, read_record
from venule.errors import PhotographError
from venule.measurement.quality import Properties, properties_of
from venule.photograph import photograph_from_array
from venule.segmentation import segment
from venule.validation.degrade import STRENGTHS, degrade


@dataclass(frozen=True)
class Grade:
    """One photograph, or one of its degraded copies.

    Attributes:
        dataset: that it is of.
        name: of the photograph.
        kind: of degradation; "" for the photograph itself.
        strength: of the degradation; 0 for the photograph itself.
        dice: of what `general` found with the first observer's drawing; None where the photograph was refused.
        properties: None where the photograph was refused.
    """

    dataset: str
    name: str
    kind: str
    strength: float
    dice: float | None
    properties: Properties | None


def grade(folder: Path, *, split: str, every: int = 1, jobs: int = 1) -> list[Grade]:
    """Every photograph of a split, and all its degraded copies.

    Args:
        folder: of the data set.
        split: of it.
        every: so manieth photograph is taken.
        jobs: processes.

    Raises:
        DatasetError: the folder is no data set.
    """
    records = open_dataset(folder).split(split)[::every]
    work = partial(_grades, dataset=folder.name)
    if jobs == 1:
        return [one for record in records for one in work(record)]
    with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
        return [one for each in pool.map(work, records) for one in each]


def _grades(record: Record, *, dataset: str) -> Sequence[Grade]:
    example = read_record(record)
    fov = example.photograph.fov
    kinds = [("", 0.0), *((kind, strength) for kind, strengths in STRENGTHS.items() for strength in strengths)]
    found = []
    for seed, (kind, strength) in enumerate(kinds):
        image = example.photograph.image
        if kind:
            image = degrade(image, fov.mask, kind=kind, strength=strength, diameter=fov.diameter, seed=seed)
        try:
            vessels = segment(photograph_from_array(image), threads=1)
        except PhotographError:
            found.append(Grade(dataset, record.name, kind, strength, None, None))
            continue
        drawn = example.reference & fov.mask
        both = np.count_nonzero(vessels.vessels & drawn)
        dice = 2 * both / max(1, np.count_nonzero(vessels.vessels & fov.mask) + np.count_nonzero(drawn))
        found.append(Grade(dataset, record.name, kind, strength, dice, properties_of(vessels)))
    return found
