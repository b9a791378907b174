"""A model's card: what a user must know about it."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

LARGEST_DIAMETER = 8192  # pixels; a limit on the input of a network, and so on memory


class Interval(BaseModel):
    """A mean over photographs with its 95 % interval.

    Example:
        >>> Interval(mean=0.8, lower=0.79, upper=0.81).mean
        0.8
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    mean: float
    lower: float | None
    upper: float | None


class Score(BaseModel):
    """How the model scored on photographs that it was not trained on.

    Example:
        >>> score = venule.load_model("general").card.scores[0]
        >>> score.score, score.value.mean > 0.7
        ('Dice', True)
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    data: str
    photographs: int = Field(ge=1)
    score: str
    value: Interval
    command: str


class Card(BaseModel):
    """What a model is, what it was trained on, and how it must be run.

    Attributes:
        name: of the model.
        summary: one line for a list of models.
        licence: of the weights, with the terms of the data that they were trained on.
        finds: "vessels"; "arteries-veins", of a photograph and its vessels; or "landmarks", disc and fovea.
        data: what it was trained on.
        network: name of the architecture.
        network_arguments: what the architecture was built with.
        parameters: number of trainable parameters.
        working_diameter: the diameter of the field of view, in pixels, to which photographs are resampled.
        smallest_diameter: photographs with a diameter between this and the working diameter are not resampled;
            None: all are resampled to the working diameter.
        multiple: height and width of the input must be multiples of it.
        odds_exponent: the odds of vessel are multiplied by (working_diameter / diameter) ** odds_exponent in
            photographs of lower resolution, where a pixel that is partly vessel is drawn as vessel. Measured on
            reduced copies of training photographs; 0 where there were none.
        threshold: a pixel with this probability or more is vessel. Frozen.
        threshold_from: the photographs that the threshold was chosen on.
        recipe: the recipe that it was trained with.
        training_seconds: wall time of the training.
        device: the device that it was trained on.
        scores: on photographs that it was not trained on.
        limits: what it does badly, or was not tried on.
        sha256: of the ONNX file.
        venule: the version of venule that trained it.

    Example:
        >>> 0 < venule.load_model("general").card.threshold < 1
        True
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    name: str = Field(pattern=r"^\w[\w .+()-]{0,63}$")  # a table, DICOM and the names of files hold it
    summary: str
    licence: str
    finds: Literal["vessels", "arteries-veins", "landmarks"] = "vessels"
    data: tuple[str, ...]
    network: str
    network_arguments: dict[str, Any]
    parameters: int = Field(ge=0, le=10**12)
    working_diameter: float = Field(ge=16, le=LARGEST_DIAMETER)
    smallest_diameter: float | None = Field(default=None, ge=16, le=LARGEST_DIAMETER)
    multiple: int = Field(ge=1, le=1024)
    odds_exponent: float = Field(default=0, ge=-50, le=50)
    threshold: float = Field(gt=0, lt=1)
    threshold_from: str
    recipe: dict[str, Any]
    training_seconds: float = Field(ge=0)
    device: str
    scores: tuple[Score, ...] = ()
    limits: tuple[str, ...] = ()
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    venule: str
