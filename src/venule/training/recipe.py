"""A recipe: the settings of a training, as checked YAML."""

from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from venule.training.yaml_file import read_checked, shipped_names

_SHIPPED = Path(__file__).parent / "recipes"


class DataSource(BaseModel):
    """Photographs to train on: a split of a data set, or phantoms.

    Attributes:
        dataset: folder of the data set, relative to the folder that `--data` names.
        split: of the data set; "all" for every photograph.
        photographs: folder of photographs without drawings, in place of a data set.
        probabilities: folder of the maps that `venule segment --probability` wrote for them, to learn from as from
            drawings (Hinton et al. 2015, distilling the knowledge in a neural network).
        phantoms: how many to make, in place of a data set.
        seed: of the first phantom.
        seen_at: pixels across the field of view; each photograph is learned from once more for each of these, as a
            camera of that resolution would have shown it and a person would have drawn it there. Below the working
            diameter.
        share: of the crops that come from this source; where no source says, each photograph gets the same.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    dataset: str | None = None
    split: str = "all"
    photographs: str | None = None
    probabilities: str | None = None
    phantoms: int | None = Field(default=None, gt=0)
    seed: int = 0
    seen_at: tuple[float, ...] = ()
    share: float | None = Field(default=None, gt=0, le=1)

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if [self.dataset, self.photographs, self.phantoms].count(None) != 2:
            raise ValueError("a source is either a dataset, or photographs, or a number of phantoms")
        if (self.photographs is None) != (self.probabilities is None):
            raise ValueError("photographs need probabilities to learn from, and probabilities their photographs")
        return self


class Augmentation(BaseModel):
    """How a crop is varied. The neutral value of each switches it off.

    Attributes:
        rotation: degrees, drawn from -rotation to rotation.
        scale: drawn log-uniformly from the first to the second.
        horizontal_flip: swap left and right, half of the time.
        vertical_flip: swap top and bottom, half of the time.
        brightness: pixel values are multiplied by 1 + a value from -brightness to brightness, and cut at 255.
        gamma: exponent drawn log-uniformly from 1 / (1 + gamma) to 1 + gamma.
        gain: each channel is multiplied by 1 + a value from -gain to gain, after normalisation.
        offset: each channel is moved by a value from -offset to offset standard deviations.
        light: standard deviations of a slow change of light over the crop.
        blur: largest sigma of a Gaussian, pixels at working scale; half of the crops are blurred.
        noise: largest sigma of white noise, standard deviations of the photograph; half of the crops get some.
        jpeg: share of the crops that are compressed, at a quality from 20 to 95.
        field: share of the crops that show a part of the photograph as a camera with a smaller field of view would:
            round, anywhere in the photograph, and as large in the crop as the whole. For recipes with `whole`.
        smallest_field: of these, as a share of the photograph's.
        green_only: share of the crops that show the green channel alone, as a red-free photograph does.
        wide: share of the crops in bad light: each of a strong cast of colour, a wrong exposure, light that falls off
            to one side, a vignette, haze and the noise of few photons has half a chance.
        lesions: share of the crops with patches that are no vessels.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    rotation: float = Field(default=180, ge=0, le=180)
    scale: tuple[float, float] = (0.8, 1.25)
    horizontal_flip: bool = True
    vertical_flip: bool = False
    brightness: float = Field(default=0, ge=0, lt=1)
    gamma: float = Field(default=0, ge=0)
    gain: float = Field(default=0.2, ge=0, lt=1)
    offset: float = Field(default=0.2, ge=0)
    light: float = Field(default=0, ge=0)
    blur: float = Field(default=0, ge=0)
    noise: float = Field(default=0, ge=0)
    jpeg: float = Field(default=0, ge=0, le=1)
    field: float = Field(default=0, ge=0, le=1)
    smallest_field: float = Field(default=0.55, gt=0, le=1)
    green_only: float = Field(default=0, ge=0, le=1)
    wide: float = Field(default=0, ge=0, le=1)
    lesions: float = Field(default=0, ge=0, le=1)

    @model_validator(mode="after")
    def _ordered_scale(self) -> Self:
        if not 0 < self.scale[0] <= self.scale[1]:
            raise ValueError(f"scale must be two positive numbers in order; got {self.scale}")
        return self


class Recipe(BaseModel):
    """The settings of a training.

    Attributes:
        name: of the model that it makes.
        summary: one line for the model's card.
        licence: of the weights; what the licences of the data allow.
        limits: for the card: what the model is not good at, or was not tried on.
        finds: what the network finds: the vessels; or of the whole field of view, the arteries and veins among the
            vessels, or disc and fovea.
        vessels_from: the model, by name or folder, whose vessels a network for arteries and veins is given.
        network: name of the architecture.
        network_arguments: what it is built with; where none are given, what the model of `start_from` was built with.
        start_from: a model whose weights the training starts from, by name or folder; None: from scratch.
        data: the photographs.
        working_diameter: pixels across the field of view at which crops are cut.
        used_at: smallest and largest diameter at which the trained network is used: photographs in between are taken as
            they are, others resampled to the nearer; the scales of the augmentation must reach both. None: all
            photographs are resampled to the working diameter.
        crop: side of a crop, pixels at working scale.
        whole: a crop is the whole field of view, in the middle, and every photograph comes once before any comes again;
            otherwise crops are cut anywhere.
        batch: crops a step, over all processes.
        steps: of the optimiser.
        learning_rate: the highest of the schedule.
        schedule: "one-cycle" (Smith and Topin 2019); or "plateau": the first rate, cut to a tenth whenever the loss of
            training has not fallen for `reduce_after` epochs.
        reduce_after: epochs.
        stop_after: epochs without a lower loss of training after which it ends early; None: it never does.
        weight_decay: of AdamW (Loshchilov and Hutter 2019); with 0 it is Adam.
        cross_entropy: weight of the binary cross entropy in the loss.
        dice: weight of the soft Dice loss.
        background: weight in the cross entropy of the pixels in which nothing is drawn.
        average: decay a step of the exponential moving average of the weights; 0: none.
        augmentation: how crops are varied.
        validation: share of the people who are held out, to choose the best epoch and the threshold; 0: none.
        choose_best: whether those held out choose the epoch; otherwise the last weights are the result.
        snapshots: epochs, from 1, after which the prediction of the first photograph held out is kept as a picture.
        epoch: steps between two checkpoints and validations.
        conventions: of batch normalisation and first weights: PyTorch's, or those of Keras (Glorot and Bengio 2010).
        half: whether the ONNX file keeps the weights in 16 bits, for half the size.
        precision: of the arithmetic while training; bfloat16 is about twice as fast where the processor has it.
        seed: of weights, crops, augmentation and split.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    name: str = Field(default="own", pattern=r"^[a-z0-9][a-z0-9._-]*$")
    summary: str = ""
    licence: str = "not stated"
    limits: tuple[str, ...] = ()
    finds: Literal["vessels", "arteries-veins", "landmarks"] = "vessels"
    vessels_from: str = "general"
    network: str = "compact"
    network_arguments: dict[str, Any] = {}
    start_from: str | None = None
    data: tuple[DataSource, ...] = (DataSource(dataset="."),)
    working_diameter: float = Field(default=540, ge=64, le=8192)
    used_at: tuple[float, float] | None = None
    crop: int = Field(default=256, ge=32)
    whole: bool = False
    batch: int = Field(default=8, ge=1)
    steps: int = Field(default=1000, ge=1)
    learning_rate: float = Field(default=4e-3, gt=0)
    schedule: Literal["one-cycle", "plateau"] = "one-cycle"
    reduce_after: int = Field(default=5, ge=1)
    stop_after: int | None = Field(default=None, ge=1)
    weight_decay: float = Field(default=1e-2, ge=0)
    cross_entropy: float = Field(default=1.0, ge=0)
    dice: float = Field(default=0.5, ge=0)
    background: float = Field(default=1.0, ge=0, le=1)
    average: float = Field(default=0.99, ge=0, lt=1)
    augmentation: Augmentation = Augmentation()
    validation: float = Field(default=0.2, ge=0, lt=1)
    choose_best: bool = True
    snapshots: tuple[int, ...] = ()
    epoch: int = Field(default=100, ge=1)
    conventions: Literal["torch", "keras"] = "torch"
    precision: Literal["32-true", "bf16-mixed", "16-mixed"] = "32-true"
    half: bool = False
    seed: int = Field(default=0, ge=0)

    @property
    def channels(self) -> int:
        """Of the network's input: red, green, blue, and for arteries and veins the probability of vessel."""
        return 4 if self.finds == "arteries-veins" else 3

    @property
    def prepared_diameter(self) -> float:
        """At which photographs are kept for crops: where a part is to be as large as the whole, larger."""
        share = self.augmentation.smallest_field if self.augmentation.field else 1.0
        return self.working_diameter / share

    @property
    def largest_diameter(self) -> float:
        """At which the trained network is used."""
        return self.used_at[1] if self.used_at else self.working_diameter

    @property
    def smallest_diameter(self) -> float | None:
        """At which the trained network is used, where photographs may be taken as they are."""
        return self.used_at[0] if self.used_at else None

    @model_validator(mode="after")
    def _something_to_learn(self) -> Self:
        if not self.data:
            raise ValueError("data names no source")
        if self.cross_entropy + self.dice == 0:
            raise ValueError("cross_entropy and dice are both 0: there is nothing to learn")
        if self.used_at:
            low, high = (round(scale * self.working_diameter) for scale in self.augmentation.scale)
            if not low <= self.used_at[0] <= self.used_at[1] <= high:
                raise ValueError(
                    f"used_at {self.used_at} is not within {low} to {high}, the sizes that working_diameter and the "
                    "scales of the augmentation show"
                )
        if self.whole and self.crop < self.working_diameter:
            raise ValueError(f"whole photographs of {self.working_diameter:g} pixels do not fit into crop {self.crop}")
        given = [source.share for source in self.data if source.share is not None]
        if given and (len(given) < len(self.data) or abs(sum(given) - 1) > 1e-6):
            raise ValueError("either no source has a share, or all have one and they add up to 1")
        for source in self.data:
            if any(seen >= self.working_diameter for seen in source.seen_at):
                raise ValueError(
                    f"seen_at {source.seen_at} is not below the working diameter {self.working_diameter:g}"
                )
        if self.augmentation.field and not self.whole:
            raise ValueError("a smaller field of view needs whole: true")
        if self.finds != "vessels" and (self.validation or not self.whole):
            raise ValueError(f"a network that finds {self.finds} is trained with whole: true and validation: 0")
        if self.whole and given:
            raise ValueError("with whole, every photograph comes equally often: no source can have a share")
        return self


def shipped_recipes() -> tuple[str, ...]:
    """Names of the recipes that come with venule."""
    return shipped_names(_SHIPPED)


def read_recipe(name_or_path: str | Path) -> Recipe:
    """A shipped recipe by name, or one's own file.

    Raises:
        RecipeError: no such recipe, no YAML, or a field is unknown, missing or out of range.
    """
    return read_checked(Recipe, name_or_path, _SHIPPED, word="recipe")


def override(recipe: Recipe, **changes: Any) -> Recipe:
    """The recipe with some fields changed, checked again; None leaves a field as it is."""
    return Recipe.model_validate({**recipe.model_dump(), **{k: v for k, v in changes.items() if v is not None}})
