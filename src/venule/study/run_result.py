"""The result of one run of a study, and its file."""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from venule.batch.outputs import write_whole
from venule.errors import OutputError
from venule.evaluation import Counts
from venule.training.epochs import Epoch
from venule.training.yaml_file import first_problem

RESULT_FILE = "run.json"


class ScoredPhotograph(BaseModel):
    """The counts of a photograph held out, inside its field of view at threshold 0.5; `dice` is of the counts."""

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


class RunResult(BaseModel):
    """A finished run.

    Attributes:
        study: sha256 of the study's plan.
        trained_on: names of photographs.
        photographs: held out, scored with the weights of the last epoch.
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
    photographs: tuple[ScoredPhotograph, ...]
    epochs: tuple[Epoch, ...]
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
    """Write `run.json`, whole or not at all."""
    write_whole(folder / RESULT_FILE, (result.model_dump_json(indent=1) + "\n").encode())


def read_result(folder: Path) -> RunResult | None:
    """The result of a run; None where it is not finished.

    Raises:
        OutputError: the file was altered.
    """
    path = folder / RESULT_FILE
    if not path.is_file():
        return None
    try:
        return RunResult.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise OutputError(
            f"{path} is no result of a run ({first_problem(error)}): delete it to run it again"
        ) from error
