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
from benchmarks.validation.degrade import LIGHT, STRENGTHS
from benchmarks.validation.grades import grade_copies
from benchmarks.validation.workers import in_processes
from scipy.stats import spearmanr

from venule.datasets import Record, open_dataset, read_record
from venule.photograph import read_photograph
from venule.report import Table
from venule.segmentation import segment

SPLITS = {"CHASE_DB1": "test", "HRF": "test", "DRIVE": "train", "AVRDB": None, "RIDB": None}
SCALES = (540, 760, 1080)


def paths_of(data: Path, name: str) -> list[Record | Path]:
    """The drawn photographs of a data set, or the files of one whose drawings are of no use."""
    split = SPLITS[name]
    return list(open_dataset(data / name).split(split)) if split else sorted((data / name / "images").iterdir())


def pairs(source: Record | Path, *, model: str) -> list[tuple[float, float]]:
    """Quality score and Dice of a photograph and of those of its copies that are not refused."""
    if isinstance(source, Path):
        photograph = read_photograph(source)
        reference = segment(
            photograph, model=model, flips=True, scales=SCALES, any_picture=True, threads=1, av=None, landmarks=None
        ).vessels
    else:
        example = read_record(source)
        assert example.reference is not None, source.photograph
        photograph, reference = example.photograph, example.reference
    grades = grade_copies(photograph, reference, {**STRENGTHS, **LIGHT}, dataset="", name="", model=model)
    return [(one.score, one.dice) for one in grades if one.score is not None and one.dice is not None]


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
        sources = paths_of(arguments.data, name)[:: arguments.every]
        each = in_processes(partial(pairs, model=arguments.model), sources, jobs=arguments.jobs)
        scores, dice = np.array([(score, dice) for one in each for score, dice in one]).T
        apart = np.mean(np.abs(scores - dice))
        rows.append(
            (name, str(len(sources)), str(len(scores)), f"{spearmanr(scores, dice).statistic:.3f}", f"{apart:.3f}")
        )
        print(*rows[-1], flush=True)
    columns = ("set", "photographs", "with copies", "rank correlation", "mean distance from Dice")
    print(Table("The quality score and the Dice", columns, tuple(rows)).to_markdown())


if __name__ == "__main__":
    main()
