"""The runs of a study: finished ones are kept, interrupted ones continue, failed ones are retried."""

import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from pydantic import BaseModel, ConfigDict, ValidationError

from venule.batch.outputs import write_whole
from venule.datasets.phantoms import write_phantoms
from venule.errors import OutputError
from venule.evaluation import Counts
from venule.segmentation import Segmenter
from venule.study.plan import PHANTOMS, Run, Study, check_networks, runs_of, split_for, training_recipe
from venule.training.fit import Hardware
from venule.training.progress import Epoch, read_epochs
from venule.training.samples import Sample, find_photographs
from venule.training.train import train_on
from venule.training.yaml_file import first_problem

THRESHOLD = 0.5  # fixed before anything is trained: no photograph chooses it
PLAN_FILE = "study.yaml"
RESULT_FILE = "run.json"
FAILURE_FILE = "failed.json"


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


@dataclass(frozen=True)
class Progress:
    """The progress of a study.

    Attributes:
        finished: results of finished runs, in the order of `runs_of`.
        failed: the reason, by the name of the run; these runs are retried next time.
        missing: names of the runs that are not finished, failed ones among them.
    """

    finished: tuple[RunResult, ...]
    failed: dict[str, str]
    missing: tuple[str, ...]


def do_runs(
    study: Study,
    data: Path,
    output: Path,
    *,
    accelerator: str = "auto",
    shard: tuple[int, int] = (1, 1),
    say: Callable[[str], None] = lambda line: None,
) -> None:
    """Do every run of a shard that is not finished.

    Args:
        study: what to run.
        data: the folder that the study's data set is relative to.
        output: folder of the study.
        accelerator: "auto", "cpu" or "gpu"; one device.
        shard: (i, n): the i-th of n processes, from 1; each takes every n-th run.
        say: called with one line for each run that is finished or has failed.

    Raises:
        OutputError: the folder holds another study.
        RecipeError, DatasetError: the study cannot be run at all.
    """
    check_networks(study)
    claim(output, study)
    photographs = find_study_photographs(study, data, output)
    mine = runs_of(study)[shard[0] - 1 :: shard[1]]
    open_runs = []
    for run in mine:
        if read_result(run.folder(output)) is None:
            open_runs.append(run)
        else:  # it may have been killed after its result was written
            _tidy(run.folder(output))
    start = time.monotonic()
    for place, run in enumerate(open_runs, 1):
        try:
            result = _do(run, study, photographs, output, accelerator=accelerator)
        except Exception as error:  # whatever it is, the other runs go on
            reason = f"{type(error).__name__}: {error}"
            write_whole(run.folder(output) / FAILURE_FILE, (json.dumps({"reason": reason}) + "\n").encode())
            say(f"{run.name}: failed, {reason}")
            torch.cuda.empty_cache()
            continue
        done = len(mine) - len(open_runs) + place
        left = (time.monotonic() - start) / place * (len(open_runs) - place)
        say(
            f"{done} of {len(mine)}: {run.name}: Dice {result.dice:.4f}, {len(result.epochs)} epochs, "
            f"{result.seconds:.0f} s, {_duration(left)} left"
        )


def progress_of(study: Study, output: Path) -> Progress:
    """The progress so far, of all processes.

    Raises:
        OutputError: the result of a run was altered.
    """
    finished, failed, missing = [], {}, []
    for run in runs_of(study):
        folder = run.folder(output)
        result = read_result(folder)
        if result is None:
            missing.append(run.name)
            if (folder / FAILURE_FILE).is_file():
                failed[run.name] = str(json.loads((folder / FAILURE_FILE).read_bytes())["reason"])
        elif result.study != study.sha256:
            raise OutputError(f"{folder} is of another study: name another output folder")
        else:
            finished.append(result)
    return Progress(tuple(finished), failed, tuple(missing))


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


def claim(output: Path, study: Study) -> None:
    """Write the plan to the output folder; several processes may do so at once.

    Raises:
        OutputError: the folder holds another study, or is a file.
    """
    path, text = output / PLAN_FILE, study.text
    try:
        output.mkdir(parents=True, exist_ok=True)
        if not path.is_file():
            with tempfile.NamedTemporaryFile("w", dir=output, delete=False, encoding="utf-8") as file:
                file.write(text)
            os.replace(file.name, path)
        found = path.read_text(encoding="utf-8")
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror}") from error
    if found != text:
        raise OutputError(
            f"{path} differs from the recipe given: a study continues with its own recipe only; name another folder"
        )


def find_study_photographs(study: Study, data: Path, output: Path) -> tuple[Sample, ...]:
    """The photographs of a study; phantoms are made once, in the output folder.

    Raises:
        DatasetError, RecipeError: the data set is not there, or has no drawings.
    """
    if study.data.phantoms:
        data = output
        _make_phantoms(output / PHANTOMS, study)
    return find_photographs(training_recipe(runs_of(study)[0], study, photographs=1), data)


def _make_phantoms(folder: Path, study: Study) -> None:
    if folder.is_dir() or not study.data.phantoms:
        return
    partial = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".phantoms-"))
    write_phantoms(partial, count=study.data.phantoms, seed=study.data.seed, size=study.phantom_size)
    try:
        partial.rename(folder)
    except OSError:  # another process was faster
        shutil.rmtree(partial)


def _do(run: Run, study: Study, photographs: Sequence[Sample], output: Path, *, accelerator: str) -> RunResult:
    folder = run.folder(output)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FAILURE_FILE).unlink(missing_ok=True)
    training, held_out = split_for(run, photographs, study)
    recipe = training_recipe(run, study, photographs=len(training))
    hardware = Hardware(accelerator=accelerator)
    model = train_on(recipe, training, held_out, folder, hardware=hardware, threshold=THRESHOLD)
    if model is None:
        raise OutputError(f"{folder}: the training gave no model")
    segmenter = Segmenter(model)
    result = RunResult(
        name=run.name,
        network=run.plan.network,
        arguments=run.plan.arguments,
        variant=run.variant,
        seed=run.seed,
        fold=run.fold,
        study=study.sha256,
        trained_on=tuple(sample.name for sample in training),
        photographs=tuple(_score(segmenter, sample) for sample in held_out),
        epochs=read_epochs(folder),
        device=model.card.device,
        venule=version("venule"),
    )
    write_whole(folder / RESULT_FILE, (result.model_dump_json(indent=1) + "\n").encode())
    _tidy(folder)
    return result


def _score(segmenter: Segmenter, sample: Sample) -> ScoredPhotograph:
    photograph, reference = sample.read()
    counts = Counts.of(segmenter.probability(photograph) >= THRESHOLD, reference, photograph.fov.mask)
    return ScoredPhotograph(name=sample.name, subject=sample.subject, **vars(counts), dice=counts.dice or 0.0)


def _tidy(folder: Path) -> None:
    """Delete what only an unfinished run needs: checkpoints are three times the size of the network."""
    for name in ("checkpoints", "weights"):
        shutil.rmtree(folder / name, ignore_errors=True)


def _duration(seconds: float) -> str:
    return f"{seconds / 3600:.1f} h" if seconds >= 5400 else f"{seconds / 60:.0f} min"
