"""The epochs of a training, read from its logs."""

import csv
from dataclasses import dataclass
from pathlib import Path


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
