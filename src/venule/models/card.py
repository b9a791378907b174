"""A model's card: everything that a user must know of it, checked on reading."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

LARGEST_DIAMETER = 8192  # pixels; what a network is given has no more on a side, and memory is bounded


class Interval(BaseModel):
    """A mean over photographs with its 95 % interval."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    mean: float
    lower: float | None
    upper: float | None


class Score(BaseModel):
    """How well the model did on photographs that it was not trained on."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    data: str
    photographs: int
    dice: Interval
    command: str


class Card(BaseModel):
    """What a model is, what it was made from, and how it must be run.

    Attributes:
        name: of the model.
        summary: one line for a list of models.
        licence: of the weights, with what follows from the data they were trained on.
        data: what it was trained on, a line each.
        network: name of the architecture.
        network_arguments: what the architecture was built with.
        parameters: trainable ones.
        working_diameter: pixels across the field of view, at which a photograph is given to the network.
        smallest_diameter: photographs with a diameter from this one to the working diameter are given as they are;
            None: all are resampled to the working diameter.
        multiple: height and width of the input must be multiples of it.
        odds_exponent: the odds of vessel are multiplied by (working_diameter / diameter) ** odds_exponent in
            photographs of lower resolution, where people draw whole what fills a part of a large pixel. Measured on
            copies of photographs trained on, at lower resolution; 0 where there were none.
        threshold: frozen; a pixel at or above it is vessel.
        threshold_from: the photographs that it was chosen on.
        recipe: the recipe that made it.
        training_seconds: wall time of the training.
        device: that it was trained on.
        scores: on photographs it never saw.
        limits: what it is not good at, or was not tried on.
        sha256: of the ONNX file.
        venule: version that made it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    name: str = Field(min_length=1)
    summary: str
    licence: str
    data: tuple[str, ...]
    network: str
    network_arguments: dict[str, Any]
    parameters: int
    working_diameter: float = Field(gt=0, le=LARGEST_DIAMETER)
    smallest_diameter: float | None = Field(default=None, gt=0, le=LARGEST_DIAMETER)
    multiple: int = Field(ge=1, le=1024)
    odds_exponent: float = Field(default=0, ge=-50, le=50)
    threshold: float = Field(gt=0, lt=1)
    threshold_from: str
    recipe: dict[str, Any]
    training_seconds: float
    device: str
    scores: tuple[Score, ...] = ()
    limits: tuple[str, ...] = ()
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    venule: str
