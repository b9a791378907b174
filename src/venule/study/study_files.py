"""The files of a study: study.md, study.csv, runs.csv and study.json."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from venule import __version__
from venule.batch.outputs import write_whole
from venule.study.comparison import Findings, NetworkScores
from venule.study.costs import Cost
from venule.study.estimates import Estimate
from venule.study.grid import runs_of
from venule.study.plan import Study
from venule.study.runs import Progress
from venule.study.study_tables import balance_table, cost_table, dice_table, unet_table, verdict_table

_DICE = (
    "The table shows the mean Dice inside the field of view at threshold 0.5, with the weights of the last epoch. No "
    "scored photograph influenced a choice. The 95 % interval of a mean is over seeds if there are two or more "
    "(Student's t: another training, the same photographs), otherwise over photographs (bootstrap by person: the same "
    "network, other photographs); a column says which. The interval of a difference is over both: Student's t over "
    "people, with the deviation between seeds pooled over all networks with two or more seeds. p is from a sign-flip "
    "permutation test over people; with n people it cannot be below 2 / 2ⁿ."
)
_DECK = (
    "The deck's values are for its own validation split of the DRIVE training photographs (validation) or for the test "
    "photographs of the DRIVE challenge (test)."
)
_COST = (
    "Multiply-adds are those of convolutions and dense layers. Milliseconds are the median forward pass of one "
    "photograph in PyTorch with {threads} CPU thread(s). Peak memory is the increase in the memory of a separate "
    "process by the weights and passes."
)


def write_study(found: Findings, output: Path) -> None:
    """Write study.md, study.csv (one row per network and variant), runs.csv and study.json.

    Raises:
        OutputError: a file cannot be written.
    """
    runs = _run_rows(found.study, found.progress)
    write_whole(output / "study.md", _markdown(found).encode())
    write_whole(output / "study.csv", _csv([_flat(row, found.costs) for row in found.rows]).encode())
    write_whole(output / "runs.csv", _csv(runs).encode())
    content = {
        "venule": __version__,
        "study": found.study.model_dump(mode="json"),
        "sha256": found.study.sha256,
        "rows": [asdict(row) for row in found.rows],
        "costs": [cost.model_dump(mode="json") for cost in found.costs],
        "verdicts": [asdict(verdict) for verdict in found.verdicts],
        "runs": runs,
    }
    write_whole(output / "study.json", (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode())


def _markdown(found: Findings) -> str:
    study, progress, rows, verdicts, costs = found.study, found.progress, found.rows, found.verdicts, found.costs
    parts = [f"# Study {study.name}\n\n{_setup(study, progress)}\n"]
    if progress.missing:
        parts.append(f"**{_missing(progress)}**\n")
    if rows:
        parts.append(f"{dice_table(rows).to_markdown()}\n{_DICE}\n\n{_DECK}\n")
        if unet_table(rows).rows:
            parts.append(unet_table(rows).to_markdown())
    rules = "\n".join(f"* {verdict.claim}: {verdict.rule}." for verdict in verdicts)
    several = any(row.seeds > 1 for row in rows)
    noise = "" if several else "\n\nNo network was trained with two seeds, so the effect of another seed is not known."
    bounds = (
        "If a claim is about n networks, each interval has a confidence of 1 - 0.05 / n. These rules were written "
        "before any run:"
    )
    parts.append(f"{verdict_table(verdicts).to_markdown()}\n{bounds}\n\n{rules}{noise}\n")
    if rows:
        parts.append(balance_table(rows).to_markdown())
    if costs:
        parts.append(f"{cost_table(rows, costs).to_markdown()}\n{_COST.format(threads=costs[0].threads)}\n")
    parts += [f"{reason}.\n" for reason in found.uncosted.values()]
    return "\n".join(parts)


def _setup(study: Study, progress: Progress) -> str:
    training = study.training
    data = f"{study.data.phantoms} phantoms" if study.data.phantoms else f"{study.source}, split {study.data.split}"
    split = f"{study.folds} folds by person" if study.folds else f"{study.held_out:.0%} of the people held out"
    devices = ", ".join(sorted({result.device for result in progress.finished})) or "none yet"
    loss = "Dice loss" if not training.cross_entropy else f"{training.cross_entropy:g} x cross entropy + Dice loss"
    stop = f", stopped after {training.stop_after} without a lower training loss" if training.stop_after else ""
    done = len(progress.finished)
    return (
        f"{done} of {done + len(progress.missing)} runs done, on {devices}. Data: {data}; {split}. {loss}, Adam, "
        f"learning rate {training.learning_rate:g}, batch {training.batch}, at most {training.epochs} epochs{stop}; "
        f"field of view {training.working_diameter:g} pixels across in {training.crop}x{training.crop}; "
        f"{training.conventions} conventions. venule {__version__}; the recipe is study.yaml."
    )


def _missing(progress: Progress) -> str:
    reasons = "".join(f"; {name} failed: {reason}" for name, reason in progress.failed.items())
    count = len(progress.missing)
    return f"{count} {'run is' if count == 1 else 'runs are'} missing: {', '.join(progress.missing)}{reasons}."


def _flat(row: NetworkScores, costs: Sequence[Cost]) -> dict[str, Any]:
    """One row of study.csv; nested fields get their path as a name."""
    flat: dict[str, Any] = {}
    for name, value in vars(row).items():
        compared = name.startswith("minus_")
        figure = value.difference if compared and value else value
        flat[name] = figure.value if isinstance(figure, Estimate) else figure
        if compared or name == "dice":
            flat |= {f"{name}_{limit}": getattr(figure, limit, None) for limit in ("lower", "upper")}
        if compared:
            flat[f"{name}_p"] = value.p_value if value else None
    cost = next((cost for cost in costs if cost.network == row.network), None)
    names = ("side", "trainable", "total", "multiply_adds", "milliseconds", "peak_bytes", "threads")
    return flat | {name: getattr(cost, name, None) for name in names}


def _run_rows(study: Study, progress: Progress) -> list[dict[str, Any]]:
    finished = {result.name: result for result in progress.finished}
    rows = []
    for run in runs_of(study):
        result = finished.get(run.name)
        status = "done" if result else "failed" if run.name in progress.failed else "missing"
        rows.append(
            {
                "run": run.name,
                "network": run.plan.network,
                "variant": run.variant,
                "seed": run.seed,
                "fold": run.fold,
                "status": status,
                "reason": progress.failed.get(run.name, ""),
                "dice": result.dice if result else None,
                "best_epoch_dice": result.best_dice if result else None,
                "epochs": len(result.epochs) if result else None,
                "steps": result.epochs[-1].step if result and result.epochs else None,
                "seconds": result.seconds if result else None,
                "device": result.device if result else "",
            }
        )
    return rows


def _csv(rows: Sequence[dict[str, Any]]) -> str:
    if not rows:
        return ""
    return pd.DataFrame(rows, dtype=object).to_csv(index=False, lineterminator="\n")
