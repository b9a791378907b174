"""What one run of a study gave, as a file that is whole or not there."""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from venule.batch.outputs import write_whole
from venule.errors import OutputError
from venule.evaluation import Counts

RESULT_FILE = "run.json"


class Scored(BaseModel):
    """The counts of one photograph that was held out, inside its field of view, at threshold 0.5.

    Attributes:
        name: of the photograph.
        subject: the person.
        tp: vessel found and drawn.
        fp: found only.
        fn: drawn only.
        tn: neither.
        dice: of the counts; it stands here for those who read the file.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    subject: str
    tp: int
    fp: int
    fn: int
    tn: int
    dice: float

    @property
    def counts(self) -> Counts:
        """For every other score."""
        return Counts(self.tp, self.fp, self.fn, self.tn)


class EpochResult(BaseModel):
    """One epoch of a run; fields as `venule.training.epochs.Epoch`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    number: int
    step: int
    seconds: float
    loss: float
    validation_dice: float | None


class RunResult(BaseModel):
    """A finished run.

    Attributes:
        name: of the run.
        network: name of the architecture.
        arguments: what it was built with.
        variant: "original" or "augmented".
        seed: of weights, order and augmentation.
        fold: that was held out; None with one split.
        study: sha256 of the study's recipe.
        trained_on: names of the photographs trained on.
        photographs: those held out, scored with the weights of the last epoch.
        epochs: of the training, the last of them the one that is scored.
        device: that it was trained on.
        venule: version.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    network: str
    arguments: dict[str, Any]
    variant: str
    seed: int
    fold: int | None
    study: str
    trained_on: tuple[str, ...]
    photographs: tuple[Scored, ...]
    epochs: tuple[EpochResult, ...]
    device: str
    venule: str

    @property
    def dice(self) -> float:
        """Mean over the photographs held out."""
        return sum(photograph.dice for photograph in self.photographs) / len(self.photographs)

    @property
    def best_dice(self) -> float | None:
        """The highest of any epoch on the photographs that are scored, and so an optimistic figure."""
        return max((epoch.validation_dice for epoch in self.epochs if epoch.validation_dice is not None), default=None)

    @property
    def seconds(self) -> float:
        """Wall time of the training."""
        return self.epochs[-1].seconds if self.epochs else 0.0


def write_result(folder: Path, result: RunResult) -> None:
    """Write `run.json`, whole or not at all.

    Raises:
        OutputError: it cannot be written.
    """
    write_whole(folder / RESULT_FILE, (result.model_dump_json(indent=1) + "\n").encode())


def read_result(folder: Path) -> RunResult | None:
    """What a run gave; None where it is not finished.

    Raises:
        OutputError: the file was altered.
    """
    path = folder / RESULT_FILE
    if not path.is_file():
        return None
    try:
        return RunResult.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise OutputError(
            f"{path} is no result of a run ({where}: {first['msg']}): delete it to run it anew"
        ) from error
