"""The progress of a training: shown while it runs, read from its logs, and pictures of one prediction."""

import csv
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from lightning.pytorch import Callback, LightningModule, Trainer
from PIL import Image
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from venule.photograph import Photograph
from venule.photograph.arrays import BoolArray


class StepProgress(Callback):
    """One bar for the whole training on a terminal, a line an epoch in a log; both on standard error."""

    def on_train_start(self, trainer: Trainer, module: LightningModule) -> None:
        if not trainer.is_global_zero:
            return
        columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn())
        self.bar = Progress(
            TextColumn("steps"), *columns, TextColumn("{task.fields[state]}"), console=Console(stderr=True)
        )
        self.task = self.bar.add_task("", total=trainer.max_steps, completed=trainer.global_step, state="")
        self.first = trainer.global_step
        if self.bar.console.is_terminal:
            self.bar.start()

    def on_train_batch_end(self, trainer: Trainer, module: LightningModule, *rest: Any) -> None:
        if trainer.is_global_zero:
            self.bar.update(self.task, completed=trainer.global_step)

    def on_train_epoch_end(self, trainer: Trainer, module: LightningModule) -> None:
        if not trainer.is_global_zero or trainer.global_step == self.first:  # resumed at the end of an epoch
            return
        names = {"loss": "loss", "validation_dice": "validation Dice"}
        state = ", ".join(f"{names[n]} {float(v):.4f}" for n, v in trainer.callback_metrics.items() if n in names)
        self.bar.update(self.task, state=state)
        if not self.bar.console.is_terminal:
            left = self.bar.tasks[0].time_remaining
            line = f"step {trainer.global_step} of {trainer.max_steps}, {state}"
            print(line + (f", {left / 60:.0f} min left" if left else ""), file=sys.stderr, flush=True)

    def on_train_end(self, trainer: Trainer, module: LightningModule) -> None:
        if trainer.is_global_zero:
            self.bar.stop()

    def on_exception(self, trainer: Trainer, module: LightningModule, exception: BaseException) -> None:
        if hasattr(self, "bar"):
            self.bar.stop()


class Snapshots(Callback):
    """Keep the prediction of one photograph after chosen epochs, beside its drawing.

    Writes `reference.png` (0 or 255) and `epoch_0002.png` and so on (the probability times 255), both uint8 of the size
    of the photograph.

    Args:
        example: the photograph and its bool (height, width) drawing.
        epochs: counted from 1.
        folder: for the pictures.
    """

    def __init__(self, example: tuple[Photograph, BoolArray], epochs: tuple[int, ...], folder: Path) -> None:
        self.photograph, self.reference = example
        self.epochs, self.folder = epochs, folder

    def on_validation_end(self, trainer: Trainer, module: LightningModule) -> None:
        epoch = trainer.current_epoch + 1
        if not trainer.is_global_zero or epoch not in self.epochs:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(self.reference.astype(np.uint8) * 255).save(self.folder / "reference.png")
        shown = np.round(module.probability(self.photograph) * 255).astype(np.uint8)
        Image.fromarray(shown).save(self.folder / f"epoch_{epoch:04d}.png")


@dataclass(frozen=True)
class Epoch:
    """One epoch of a training.

    Attributes:
        number: from 1.
        step: of the optimiser at its end, from 1.
        seconds: of training so far, also before an interruption.
        loss: mean over the epoch.
        validation_dice: mean over the photographs held out, at threshold 0.5; None where there are none.
    """

    number: int
    step: int
    seconds: float
    loss: float
    validation_dice: float | None


def read_epochs(output: Path) -> tuple[Epoch, ...]:
    """Every finished epoch of the training in a folder, in order, from the logs of all the runs it took."""
    found: dict[int, dict[str, str]] = {}
    logs = sorted(output.glob("logs/csv_*/metrics.csv"), key=lambda path: int(path.parent.name.removeprefix("csv_")))
    for log in logs:  # a run that was killed may have begun an epoch that the next one did again
        with log.open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                known = {key: value for key, value in row.items() if value}
                found.setdefault(int(row["epoch"]), {}).update(known)
    return tuple(
        Epoch(
            number=number + 1,
            step=int(row["step"]) + 1,
            seconds=float(row["seconds"]),
            loss=float(row["epoch_loss"]),
            validation_dice=float(row["validation_dice"]) if "validation_dice" in row else None,
        )
        for number, row in sorted(found.items())
        if "epoch_loss" in row and "seconds" in row
    )
