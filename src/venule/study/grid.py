"""The runs of a study, in the order in which they are done, and what each trains."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from pydantic import ValidationError

from venule import networks
from venule.errors import RecipeError
from venule.study.recipe import VARIANTS, Entry, Study, Variant
from venule.training.recipe import Recipe
from venule.training.samples import Sample, hold_out, without

RUNS = "runs"


@dataclass(frozen=True)
class Run:
    """One training of a study.

    Attributes:
        entry: the network.
        variant: of the data.
        seed: of weights, order and augmentation.
        fold: that is held out; None where the study has one split.
    """

    entry: Entry
    variant: Variant
    seed: int
    fold: int | None = None

    @property
    def name(self) -> str:
        """The same in every run of the program, such as "unet-augmented-seed0-fold1"."""
        fold = "" if self.fold is None else f"-fold{self.fold}"
        return f"{self.entry.network}-{self.variant}-seed{self.seed}{fold}"

    def folder(self, output: Path) -> Path:
        """Where everything of this run lies."""
        return output / RUNS / self.name


def runs_of(study: Study) -> tuple[Run, ...]:
    """Every run, the first seed of every network before the second of any, so that a part of them says something."""
    folds = range(study.folds) if study.folds else (None,)
    most = max(len(entry.seeds) for entry in study.networks)
    return tuple(
        Run(entry, variant, entry.seeds[turn], fold)
        for turn in range(most)
        for entry in study.networks
        if turn < len(entry.seeds)
        for variant in VARIANTS
        if variant in study.variants
        for fold in folds
    )


def split_for(run: Run, photographs: Sequence[Sample], study: Study) -> tuple[tuple[Sample, ...], tuple[Sample, ...]]:
    """Training and held-out photographs of a run, by person.

    Raises:
        RecipeError: there are too few people.
    """
    if study.folds is None or run.fold is None:
        return hold_out(photographs, study.held_out, seed=study.split_seed)
    people = sorted({photograph.subject for photograph in photographs if photograph.as_given})
    if study.folds > len(people):
        raise RecipeError(f"{study.folds} folds of {len(people)} people: choose from 2 to {len(people)}")
    shuffled = np.random.default_rng(study.split_seed).permutation(people)
    return without(photographs, set(shuffled[run.fold :: study.folds].tolist()))


def training_recipe(run: Run, study: Study, *, photographs: int, source: str) -> Recipe:
    """What `venule train` would have to be told for this run.

    Args:
        run: of the study.
        study: that it is of.
        photographs: how many are trained on.
        source: the data set, as the recipe names it.

    Raises:
        RecipeError: the training's fields do not go together.
    """
    shared = study.training.model_dump(exclude={"epochs"})
    steps = -(-photographs // study.training.batch)
    try:
        return Recipe.model_validate(
            {
                **shared,
                "name": f"{study.name}-{run.name}",
                "summary": f"{run.entry.network}, {run.variant} data, of the study {study.name}",
                "network": run.entry.network,
                "network_arguments": run.entry.arguments,
                "data": [{**study.data.model_dump(exclude={"phantoms", "seed"}), "dataset": source}],
                "augmentation": study.variants[run.variant].model_dump(),
                "epoch": steps,
                "steps": steps * study.training.epochs,
                "average": 0,
                "validation": 0,
                "choose_best": False,
                "seed": run.seed,
            }
        )
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "training"
        raise RecipeError(f"study {study.name}, {run.name}: {where}: {first['msg']}") from error


def check_networks(study: Study) -> None:
    """Build every network without its memory, so that a wrong name is found before hours have gone.

    Raises:
        RecipeError: a network or an argument is unknown.
    """
    for entry in study.networks:
        with torch.device("meta"):
            networks.create(entry.network, **entry.arguments)
