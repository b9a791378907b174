"""What speaks against photographs of the retina, and against pictures that are none: how many are refused.

    python -m benchmarks.gate DATA [--every 4] [--jobs 2] [--models general drive]

DATA holds DRIVE, CHASE_DB1, HRF, AVRDB, IDRiD and RIDB. Each photograph is degraded once, too, in one of the ways and
at one of the first two strengths of `benchmarks.validation.degrade`. Pictures that are none are samples of
scikit-image and those of `benchmarks.validation.no_fundus`, in a frame and in a circle. The limits of the gate
(`venule.segmentation.fundus`) were set on such photographs and pictures.
"""

import argparse
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
from benchmarks.validation.degrade import LIGHT, STRENGTHS, degrade
from benchmarks.validation.no_fundus import MADE, SAMPLES, Picture, in_a_circle, sample
from benchmarks.validation.workers import in_processes

from venule.errors import PhotographError
from venule.models import load_model
from venule.photograph import Photograph, photograph_from_array, read_photograph
from venule.report import Table
from venule.segmentation import segment
from venule.segmentation.fundus import MOST, doubts, is_refused

SETS = {
    "DRIVE": "*/images/*", "CHASE_DB1": "*.jpg", "HRF": "images/*", "AVRDB": "images/*", "IDRiD": "images/*",
    "RIDB": "images/*",
}  # fmt: skip
WAYS = [(kind, strength) for kind, strengths in {**STRENGTHS, **LIGHT}.items() for strength in strengths[:2]]
SEEDS = 4  # of each picture that is made


def against(photograph: Photograph, model: str) -> tuple[str, ...]:
    """What speaks against it."""
    found = segment(photograph, model=model, any_picture=True, threads=1, av=None, landmarks=None)
    return doubts(found, threshold=load_model(model).card.threshold)


def of_photograph(numbered: tuple[int, Path], *, model: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The same for a photograph and a degraded copy."""
    number, path = numbered
    photograph = read_photograph(path)
    kind, strength = WAYS[number % len(WAYS)]
    fov = photograph.fov
    worse = degrade(photograph.image, fov.mask, kind=kind, strength=strength, diameter=fov.diameter, seed=number)
    return against(photograph, model), against(Photograph(worse, fov), model)


def of_picture(picture: Picture, *, model: str) -> tuple[str, ...] | None:
    """The same for a picture that is none; None where it is refused when it is read."""
    try:
        return against(photograph_from_array(picture), model)
    except PhotographError:
        return None


def main() -> None:
    """Print a table for each model."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--every", type=int, default=4, help="take every n-th photograph")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--models", nargs="+", default=["general", "drive"])
    arguments = parser.parse_args()
    pictures = [sample(name) for name in SAMPLES]
    pictures += [make(np.random.default_rng(seed)) for make in MADE for seed in range(SEEDS)]
    pictures += [in_a_circle(picture) for picture in pictures]
    columns = ("pictures", "number", "refused when read", "refused by their vessels", "two things or more")
    for model in arguments.models:
        rows = []
        for name, pattern in SETS.items():
            paths = sorted((arguments.data / name).glob(pattern))[:: arguments.every]
            each = in_processes(partial(of_photograph, model=model), list(enumerate(paths)), jobs=arguments.jobs)
            rows.append(counts(name, [one for one, _ in each]))
            rows.append(counts(f"{name}, degraded", [worse for _, worse in each]))
        none = in_processes(partial(of_picture, model=model), pictures, jobs=arguments.jobs)
        rows.append(counts("no photographs of a retina", none))
        print(Table(f"What speaks against a retina: {model}", columns, tuple(rows)).to_markdown(), flush=True)


def counts(name: str, found: Sequence[tuple[str, ...] | None]) -> tuple[str, ...]:
    """A row of the table."""
    judged = [words for words in found if words is not None]
    refused = sum(is_refused(words) for words in judged)
    several = sum(len(words) >= MOST for words in judged)
    return (name, *(str(number) for number in (len(found), len(found) - len(judged), refused, several)))


if __name__ == "__main__":
    main()
