"""How far a training is, and how long it will take."""

import sys
from typing import Any

from lightning.pytorch import Callback, LightningModule, Trainer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn


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
            print(
                f"step {trainer.global_step} of {trainer.max_steps}, {state}"
                + (f", {left / 60:.0f} min left" if left else ""),
                file=sys.stderr,
                flush=True,
            )

    def on_train_end(self, trainer: Trainer, module: LightningModule) -> None:
        if trainer.is_global_zero:
            self.bar.stop()

    def on_exception(self, trainer: Trainer, module: LightningModule, exception: BaseException) -> None:
        if hasattr(self, "bar"):
            self.bar.stop()
