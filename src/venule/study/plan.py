"""The plan of a study, as checked YAML, and the runs that follow from it: each with its recipe and its photographs."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

import torch
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from venule import networks
from venule.errors import RecipeError
from venule.training.recipe import Augmentation, DataSource, Recipe
from venule.training.samples import Sample, hold_out, split_fold
from venule.training.yaml_file import first_problem, read_checked, shipped_names

Variant = Literal["original", "augmented"]
VARIANTS: tuple[Variant, ...] = ("original", "augmented")
RUNS, PHANTOMS = "runs", "phantoms"  # folders in the output of a study
_SHIPPED = Path(__file__).parent / "recipes"
_UNCHANGED: dict[str, Any] = {
    "rotation": 0,
    "scale": (1, 1),
    "horizontal_flip": False,
    "vertical_flip": False,
    "gain": 0,
    "offset": 0,
}
ORIGINAL = Augmentation(**_UNCHANGED)
AUGMENTED = Augmentation(
    **_UNCHANGED | {"rotation": 180, "horizontal_flip": True, "vertical_flip": True, "brightness": 0.2}
)


class _Checked(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class NetworkPlan(_Checked):
    """One network of a study.

    Attributes:
        network: name of the architecture.
        arguments: of the architecture.
        seeds: one run, or one a fold, is done with each.
    """

    network: str
    arguments: dict[str, Any] = {}
    seeds: tuple[int, ...] = Field(default=(0,), min_length=1)


class SharedTraining(_Checked):
    """The training settings that all runs share; the fields mean what they mean in a training's recipe.

    The loss is the Dice loss alone, and AdamW without weight decay is Adam.

    Attributes:
        epochs: at most; an epoch is every photograph once.
    """

    epochs: int = Field(default=100, ge=1)
    working_diameter: float = Field(default=489, ge=64)  # DRIVE's, when its 584 rows become 512
    crop: int = Field(default=512, ge=32)
    batch: int = Field(default=2, ge=1)
    learning_rate: float = Field(default=1e-4, gt=0)
    weight_decay: float = Field(default=0, ge=0)
    cross_entropy: float = Field(default=0, ge=0)
    dice: float = Field(default=1, ge=0)
    conventions: Literal["torch", "keras"] = "keras"
    whole: bool = True
    schedule: Literal["one-cycle", "plateau"] = "plateau"
    reduce_after: int = Field(default=5, ge=1)
    stop_after: int | None = Field(default=15, ge=1)
    snapshots: tuple[int, ...] = (2, 4, 6, 8, 10)
    precision: Literal["32-true", "bf16-mixed", "16-mixed"] = "32-true"

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.whole and self.crop < self.working_diameter:
            raise ValueError(f"crop {self.crop} cannot hold a field of view {self.working_diameter:g} pixels across")
        return self


class Study(_Checked):
    """Trainings that differ only in network, augmentation and seed.

    Nothing is chosen on a photograph that is scored: the threshold is 0.5, the weights are those of the last epoch, and
    the learning rate and the early stop follow the training loss.

    Attributes:
        name: of the study, and the first part of the names of its models.
        data: the photographs; phantoms are made in the output folder.
        phantom_size: width of phantoms, pixels.
        networks: each once.
        variants: augmentation of each of "original" and "augmented".
        held_out: share of the people whose photographs are scored, the same for all runs.
        split_seed: of the random split.
        folds: in place of `held_out`: each person is held out once, in one of so many runs.
        training: settings that all runs share.
    """

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")
    data: DataSource
    phantom_size: int = Field(default=256, ge=128)
    networks: tuple[NetworkPlan, ...] = Field(min_length=1)
    variants: dict[Variant, Augmentation] = {"original": ORIGINAL, "augmented": AUGMENTED}
    held_out: float = Field(default=0.2, gt=0, lt=1)
    split_seed: int = Field(default=0, ge=0)
    folds: int | None = Field(default=None, ge=2)
    training: SharedTraining = SharedTraining()

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        names = [each.network for each in self.networks]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"{', '.join(twice)} more than once: give it several seeds instead")
        if repeated := [each.network for each in self.networks if len(set(each.seeds)) < len(each.seeds)]:
            raise ValueError(f"{', '.join(repeated)} has the same seed twice")
        if not self.variants:
            raise ValueError("variants names none: give original, augmented or both")
        return self

    @property
    def source(self) -> str:
        """The folder of the data set, as recipes name it."""
        return self.data.dataset or PHANTOMS

    @property
    def text(self) -> str:
        """The plan as YAML."""
        return yaml.safe_dump(self.model_dump(mode="json"), sort_keys=False)

    @property
    def sha256(self) -> str:
        """Digest of the whole plan."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def shipped_studies() -> tuple[str, ...]:
    """Names of the studies that come with venule."""
    return shipped_names(_SHIPPED)


def read_study(name_or_path: str | Path) -> Study:
    """A shipped study by name, or one's own file.

    Raises:
        RecipeError: no such study, no YAML, or a field is unknown, missing or out of range.
    """
    return read_checked(Study, name_or_path, _SHIPPED, word="study")


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
