"""A whole study: its runs, on one device or several, then its tables and figures."""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import matplotlib.style
import torch

from venule.errors import RecipeError
from venule.study.pictures import choose_photograph, draw_agreement, draw_augmentation, draw_growth, draw_predictions
from venule.study.plan import Study, check_networks
from venule.study.plots import draw_learning, draw_prices
from venule.study.runs import claim, do_runs, find_study_photographs
from venule.study.style import STYLE
from venule.study.tables import Findings, gather_findings, write_tables


def run_study(
    study: Study,
    data: Path,
    output: Path,
    *,
    accelerator: str = "auto",
    photograph: str | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> Findings:
    """Do the missing runs of a study on one device, then make its tables and figures.

    Arguments and errors are those of `do_runs` and `report_study`.
    """
    do_runs(study, data, output, accelerator=accelerator, say=say)
    return report_study(study, data, output, photograph=photograph)


def report_study(study: Study, data: Path, output: Path, *, photograph: str | None = None) -> Findings:
    """Make the tables of a study, and every figure that its finished runs allow.

    Args:
        study: that was run.
        data: the folder that the study's data set is relative to.
        output: folder of the study.
        photograph: name of a photograph held out, shown in the figures; None: a phantom.

    Raises:
        OutputError: the folder holds another study.
        RecipeError: no photograph held out has that name.
    """
    check_networks(study)
    claim(output, study)
    found = gather_findings(study, output)
    write_tables(found, output)
    photographs = find_study_photographs(study, data, output)
    if not (results := found.progress.finished):
        return found
    folder = output / "figures"
    with matplotlib.style.context(STYLE):
        shown = choose_photograph(study, results, photographs, output, name=photograph)
        draw_augmentation(study, shown, folder / "augmentation.png")
        draw_predictions(shown, folder / "predictions.png")
        draw_agreement(shown, folder / "agreement.png")
        draw_learning(results, folder / "dice_by_epoch.png")
        draw_growth(results, study.training.snapshots, output, folder)
        if found.rows:
            draw_prices(found.rows, found.costs, folder / "dice_by_cost.png")
    return found


def run_on_devices(command: Sequence[str], devices: int, *, accelerator: str) -> int:
    """Do the runs of a study in several processes, one a device, each with its shard; Ctrl-C stops them all.

    Args:
        command: arguments of `venule` that run the study, without --devices.
        devices: number of processes.
        accelerator: with "gpu", or "auto" where there are GPUs, each process gets one; with "cpu" they share the cores.

    Returns:
        The highest exit code.

    Raises:
        RecipeError: fewer GPUs can be seen than are asked for.
    """
    gpus = accelerator == "gpu" or (accelerator == "auto" and torch.cuda.is_available())
    if gpus and torch.cuda.device_count() < devices:
        raise RecipeError(f"--devices {devices}, but {torch.cuda.device_count()} GPUs can be seen")
    seen = os.environ.get("CUDA_VISIBLE_DEVICES", ",".join(map(str, range(devices)))).split(",")
    threads = os.environ.get("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 1) // devices)))
    processes = []
    for place in range(devices):
        environment = {**os.environ, "OMP_NUM_THREADS": threads}
        if gpus:
            environment["CUDA_VISIBLE_DEVICES"] = seen[place]
        shard = ["--shard", f"{place + 1}/{devices}"]
        processes.append(subprocess.Popen([sys.executable, "-m", "venule", *command, *shard], env=environment))
    try:
        return max(process.wait() for process in processes)
    except BaseException:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()
        raise
