"""Does the quality score order photographs as their vessels are found? Spearman's rank correlation for each data set.

    python -m benchmarks.quality_rank DATA [--sets CHASE_DB1 RIDB ...] [--every 5] [--jobs 2] [--model general]

Each photograph, and copies of it that are degraded in every way and strength of `benchmarks.validation.degrade`, are
segmented. The score is compared with the Dice with the drawing (CHASE_DB1 and HRF, test splits; DRIVE, training split)
or, where there is no drawing of use (AVRDB, RIDB), with what the model finds in the photograph itself, averaged over
mirror images and three sizes. The quality score was fitted on copies of the training splits (`benchmarks.fit_quality`).
"""

import argparse
from functools import partial
from pathlib import Path

import numpy as np
from benchmarks.validation.degrade import LIGHT, STRENGTHS, degrade
from benchmarks.validation.workers import in_processes
from scipy.stats import spearmanr

from venule.datasets import Record, open_dataset, read_record
from venule.errors import PhotographError
from venule.measurement import assess_quality
from venule.photograph import Photograph, photograph_from_array, read_photograph
from venule.photograph.arrays import BoolArray
from venule.report import Table
from venule.segmentation import segment

SPLITS = {"CHASE_DB1": "test", "HRF": "test", "DRIVE": "train", "AVRDB": None, "RIDB": None}
KINDS = {**STRENGTHS, **LIGHT}
SCALES = (540, 760, 1080)


def photographs(data: Path, name: str, *, every: int, model: str) -> list[partial[tuple[Photograph, BoolArray]]]:
    """What reads each photograph and its reference."""
    split = SPLITS[name]
    if split is not None:
        return [partial(_drawn, record) for record in open_dataset(data / name).split(split)[::every]]
    return [partial(_found, path, model) for path in sorted((data / name / "images").iterdir())[::every]]


def _drawn(record: Record) -> tuple[Photograph, BoolArray]:
    example = read_record(record)
    assert example.reference is not None, record.photograph
    return example.photograph, example.reference


def _found(path: Path, model: str) -> tuple[Photograph, BoolArray]:
    photograph = read_photograph(path)
    return photograph, segment(photograph, model=model, flips=True, scales=SCALES, threads=1).vessels


def pairs(read: partial[tuple[Photograph, BoolArray]], *, model: str) -> list[tuple[float, float]]:
    """Quality score and Dice of a photograph and of those of its copies that are not refused."""
    photograph, reference = read()
    fov = photograph.fov
    found = []
    for seed, (kind, strength) in enumerate([("", 0.0), *((k, s) for k, each in KINDS.items() for s in each)]):
        image = photograph.image
        if kind:
            image = degrade(image, fov.mask, kind=kind, strength=strength, diameter=fov.diameter, seed=seed)
        try:
            vessels = segment(photograph_from_array(image), model=model, threads=1)
        except PhotographError:
            continue
        both = np.count_nonzero(vessels.vessels & reference & fov.mask)
        drawn = np.count_nonzero(vessels.vessels & fov.mask) + np.count_nonzero(reference & fov.mask)
        score = assess_quality(vessels).score
        assert score is not None
        found.append((score, 2 * both / max(1, drawn)))
    return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--sets", nargs="+", default=list(SPLITS), choices=list(SPLITS))
    parser.add_argument("--every", type=int, default=5, help="take every n-th photograph")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--model", default="general")
    arguments = parser.parse_args()
    rows = []
    for name in arguments.sets:
        reads = photographs(arguments.data, name, every=arguments.every, model=arguments.model)
        each = in_processes(partial(pairs, model=arguments.model), reads, jobs=arguments.jobs)
        scores, dice = np.array([(score, dice) for one in each for score, dice in one]).T
        apart = np.mean(np.abs(scores - dice))
        rows.append(
            (name, str(len(reads)), str(len(scores)), f"{spearmanr(scores, dice).statistic:.3f}", f"{apart:.3f}")
        )
        print(*rows[-1], flush=True)
    columns = ("set", "photographs", "with copies", "rank correlation", "mean distance from Dice")
    print(Table("The quality score and the Dice", columns, tuple(rows)).to_markdown())


if __name__ == "__main__":
    main()
