"""A study: which networks are trained on what, how often and how, as checked YAML."""

from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from venule.errors import RecipeError
from venule.training.recipe import Augmentation, DataSource
from venule.training.yaml_file import read_yaml

Variant = Literal["original", "augmented"]
VARIANTS: tuple[Variant, ...] = ("original", "augmented")
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


class Entry(BaseModel):
    """One network of a study.

    Attributes:
        network: name of the architecture.
        arguments: what it is built with.
        seeds: one run, or one for each fold, is done with each.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    network: str
    arguments: dict[str, Any] = {}
    seeds: tuple[int, ...] = Field(default=(0,), min_length=1)


class Training(BaseModel):
    """What all runs of a study share; fields mean what they mean in a training's recipe.

    The loss is the Dice loss alone, and AdamW without weight decay is Adam.

    Attributes:
        epochs: at most; an epoch is every photograph once.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

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


class Study(BaseModel):
    """A grid of trainings that differ in network, augmentation and seed alone.

    No photograph that is scored chooses anything: the threshold is 0.5, the weights are those of the last epoch, and
    the learning rate and the early stop follow the loss on the photographs trained on.

    Attributes:
        name: of the study, and the first part of the names of its models.
        data: the photographs; phantoms are made in the output folder.
        phantom_size: width of phantoms, pixels.
        networks: each once.
        variants: augmentation of each of "original" and "augmented".
        held_out: share of the people whose photographs are scored, the same for all runs.
        split_seed: draws them.
        folds: in place of `held_out`: each person is held out once, in one of so many runs.
        training: what all runs share.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")
    data: DataSource
    phantom_size: int = Field(default=256, ge=128)
    networks: tuple[Entry, ...] = Field(min_length=1)
    variants: dict[Variant, Augmentation] = {"original": ORIGINAL, "augmented": AUGMENTED}
    held_out: float = Field(default=0.2, gt=0, lt=1)
    split_seed: int = Field(default=0, ge=0)
    folds: int | None = Field(default=None, ge=2)
    training: Training = Training()

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        names = [entry.network for entry in self.networks]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"{', '.join(twice)} more than once: give it several seeds instead")
        if repeated := [entry.network for entry in self.networks if len(set(entry.seeds)) < len(entry.seeds)]:
            raise ValueError(f"{', '.join(repeated)} has the same seed twice")
        if not self.variants:
            raise ValueError("variants names none: give original, augmented or both")
        return self


def shipped_studies() -> tuple[str, ...]:
    """Names of the studies that come with venule."""
    return tuple(sorted(path.stem for path in _SHIPPED.glob("*.yaml")))


def read_study(name_or_path: str | Path) -> Study:
    """A shipped study by name, or one's own file.

    Raises:
        RecipeError: no such study, no YAML, or a field is unknown, missing or out of range.
    """
    path = Path(name_or_path)
    if str(name_or_path) in shipped_studies():
        path = _SHIPPED / f"{name_or_path}.yaml"
    try:
        return Study.model_validate(read_yaml(path))
    except OSError as error:
        raise RecipeError(
            f"study {str(name_or_path)!r} cannot be read ({error.strerror}); "
            f"shipped: {', '.join(shipped_studies())}; or give a YAML file"
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise RecipeError(f"{path}: {where}: {first['msg']}; got {repr(first.get('input'))[:200]}") from error
