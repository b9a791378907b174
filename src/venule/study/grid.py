"""The runs of a study, in the order in which they are done, and the recipe of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from pydantic import ValidationError

from venule import networks
from venule.errors import RecipeError
from venule.study.plan import VARIANTS, NetworkPlan, Study, Variant
from venule.training.recipe import Recipe
from venule.training.samples import Sample, hold_out, split_fold
from venule.training.yaml_file import first_problem

RUNS = "runs"


@dataclass(frozen=True)
class Run:
    """One training of a study; `fold` is None where the study has one split."""

    plan: NetworkPlan
    variant: Variant
    seed: int
    fold: int | None = None

    @property
    def name(self) -> str:
        """Such as "unet-augmented-seed0-fold1"."""
        fold = "" if self.fold is None else f"-fold{self.fold}"
        return f"{self.plan.network}-{self.variant}-seed{self.seed}{fold}"

    def folder(self, output: Path) -> Path:
        """Where everything of this run lies."""
        return output / RUNS / self.name


def runs_of(study: Study) -> tuple[Run, ...]:
    """Every run; the first seed of every network comes before the second of any, so that a part is useful early."""
    folds = range(study.folds) if study.folds else (None,)
    most = max(len(plan.seeds) for plan in study.networks)
    return tuple(
        Run(plan, variant, plan.seeds[turn], fold)
        for turn in range(most)
        for plan in study.networks
        if turn < len(plan.seeds)
        for variant in VARIANTS
        if variant in study.variants
        for fold in folds
    )


def split_for(run: Run, samples: Sequence[Sample], study: Study) -> tuple[tuple[Sample, ...], tuple[Sample, ...]]:
    """Training and held-out photographs of a run, split by person.

    Raises:
        RecipeError: there are too few people.
    """
    if study.folds is None or run.fold is None:
        return hold_out(samples, study.held_out, seed=study.split_seed)
    return split_fold(samples, run.fold, folds=study.folds, seed=study.split_seed)


def training_recipe(run: Run, study: Study, *, photographs: int) -> Recipe:
    """The recipe of `venule train` for this run, on so many training photographs.

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
                "summary": f"{run.plan.network}, {run.variant} data, of the study {study.name}",
                "network": run.plan.network,
                "network_arguments": run.plan.arguments,
                "data": [{**study.data.model_dump(exclude={"phantoms", "seed"}), "dataset": study.source}],
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
        raise RecipeError(f"study {study.name}, {run.name}: {first_problem(error)}") from error


def check_networks(study: Study) -> None:
    """Build every network without its memory, so that a wrong name is found before anything is trained.

    Raises:
        RecipeError: a network or an argument is unknown.
    """
    for plan in study.networks:
        with torch.device("meta"):
            networks.create(plan.network, **plan.arguments)
