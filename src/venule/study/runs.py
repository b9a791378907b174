"""The runs of a study, one after the other: what is finished stays, what was stopped goes on, what fails waits."""

import json
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import torch

from venule.batch.outputs import write_whole
from venule.errors import OutputError
from venule.evaluation import Counts
from venule.models import load_model
from venule.segmentation import Segmenter
from venule.study.folder import claim, find_study_photographs, source_of, study_hash
from venule.study.grid import Run, check_networks, runs_of, split_for, training_recipe
from venule.study.recipe import Study
from venule.study.result import EpochResult, RunResult, Scored, read_result, write_result
from venule.training.epochs import read_epochs
from venule.training.fit import Hardware
from venule.training.samples import Sample
from venule.training.train import train_on

THRESHOLD = 0.5  # fixed before anything is trained: no photograph chooses it
FAILURE_FILE = "failed.json"


@dataclass(frozen=True)
class Progress:
    """How far a study is.

    Attributes:
        finished: results of the runs that are done, in the order of the grid.
        failed: why, by the name of the run; they are tried again next time.
        missing: names of the runs that are not done, with those that failed.
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
        say: told one line a run that is finished or has failed.

    Raises:
        OutputError: the folder holds another study.
        RecipeError, DatasetError: the study cannot be run at all.
    """
    check_networks(study)
    claim(output, study)
    photographs = find_study_photographs(study, data, output)
    mine = runs_of(study)[shard[0] - 1 :: shard[1]]
    open_runs = [run for run in mine if read_result(run.folder(output)) is None]
    for run in mine:
        if run not in open_runs:  # it may have been killed between its result and this
            _tidy(run.folder(output))
    start = time.monotonic()
    for place, run in enumerate(open_runs, 1):
        try:
            result = _do(run, study, photographs, output, accelerator=accelerator)
        except Exception as error:  # whatever it is, the other runs must not die of it
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
    """What is done so far, by any process.

    Raises:
        OutputError: the result of a run was altered.
    """
    finished, failed, missing = [], {}, []
    for run in runs_of(study):
        result = read_result(run.folder(output))
        if result is not None and result.study != study_hash(study):
            raise OutputError(f"{run.folder(output)} is of another study: name another output folder")
        if result is not None:
            finished.append(result)
            continue
        missing.append(run.name)
        failure = run.folder(output) / FAILURE_FILE
        if failure.is_file():
            failed[run.name] = str(json.loads(failure.read_bytes())["reason"])
    return Progress(tuple(finished), failed, tuple(missing))


def _do(run: Run, study: Study, photographs: Sequence[Sample], output: Path, *, accelerator: str) -> RunResult:
    folder = run.folder(output)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FAILURE_FILE).unlink(missing_ok=True)
    training, held_out = split_for(run, photographs, study)
    recipe = training_recipe(run, study, photographs=len(training), source=source_of(study))
    hardware = Hardware(accelerator=accelerator)
    model = train_on(recipe, training, held_out, folder, hardware=hardware, threshold=THRESHOLD)
    if model is None:
        raise OutputError(f"{folder}: the training gave no model")
    loaded = load_model(model)
    segmenter = Segmenter(loaded)
    result = RunResult(
        name=run.name,
        network=run.entry.network,
        arguments=run.entry.arguments,
        variant=run.variant,
        seed=run.seed,
        fold=run.fold,
        study=study_hash(study),
        trained_on=tuple(drawn.name for drawn in training),
        photographs=tuple(_score(segmenter, drawn) for drawn in held_out),
        epochs=tuple(EpochResult(**vars(epoch)) for epoch in read_epochs(folder)),
        device=loaded.card.device,
        venule=version("venule"),
    )
    write_result(folder, result)
    _tidy(folder)
    return result


def _score(segmenter: Segmenter, drawn: Sample) -> Scored:
    photograph, reference = drawn.read()
    fov = photograph.fov.mask
    counts = Counts.of(segmenter.probability(photograph) >= THRESHOLD, reference, fov)
    return Scored(name=drawn.name, subject=drawn.subject, **vars(counts), dice=counts.dice or 0.0)


def _tidy(folder: Path) -> None:
    """Delete what only an unfinished run needs: checkpoints are three times the size of the network."""
    for name in ("checkpoints", "weights"):
        shutil.rmtree(folder / name, ignore_errors=True)


def _duration(seconds: float) -> str:
    return f"{seconds / 3600:.1f} h" if seconds >= 5400 else f"{seconds / 60:.0f} min"
