"""`venule train` and `venule study`."""

from pathlib import Path
from typing import Annotated

import typer

from venule.cli import completion
from venule.cli.options import OUTPUT, PERCENT, RUN, SHARE, Accelerator, Devices, amount, flag, option, output_option


def train(
    recipe: Annotated[
        str | None,
        typer.Argument(
            help="A shipped recipe, or a YAML file of your own.", metavar="RECIPE", autocompletion=completion.recipes
        ),
    ] = None,
    data: Annotated[
        Path, option("The folder with the recipe's data sets; without a recipe, the data set.", "FOLDER")
    ] = Path(),
    output: Annotated[Path, output_option("Folder for the model, checkpoints and logs.")] = Path("training"),
    network: Annotated[
        str | None,
        option(
            "Train this network (see venule networks).",
            "NAME",
            default="the recipe's",
            autocompletion=completion.networks,
        ),
    ] = None,
    steps: Annotated[int | None, option("Number of training steps.", "NUMBER", default="the recipe's", min=1)] = None,
    seed: Annotated[int | None, option("Random seed.", "NUMBER", default="the recipe's", min=0, max=2**32 - 1)] = None,
    threshold: Annotated[
        float | None,
        amount("Threshold of the model, from a cross-validation.", 0.01, 0.99, SHARE, meant=PERCENT),
    ] = None,
    folds: Annotated[int | None, option("Cross-validate with this number of folds instead.", "NUMBER", min=2)] = None,
    resume: Annotated[bool, flag("--resume", "Continue a training that was stopped.", RUN)] = False,
    accelerator: Accelerator = "auto",
    devices: Devices = 1,
    nodes: Annotated[int, option("Machines.", "NUMBER", RUN, min=1)] = 1,
    workers: Annotated[
        int | None,
        option(
            "Processes that prepare the photographs for each device.",
            "NUMBER",
            RUN,
            default="up to 8 for a GPU, 0 for the CPU",
            min=0,
        ),
    ] = None,
) -> None:
    """Train a model on photographs with reference drawings. Needs the extra train.

    Example: `venule train --data my_photographs -o mine`

    On two GPUs: `venule train drive --data DIR --devices 2`. On two machines with four GPUs each, run on both:
    `torchrun --nnodes 2 --nproc-per-node 4 --node-rank RANK --master-addr HOST --master-port 29500 -m venule train
    drive --data DIR --devices 4 --nodes 2`. Under Slurm: `srun --nodes 2 --ntasks-per-node 4 venule train drive
    --data DIR --devices 4 --nodes 2`.
    """
    from venule.training import Hardware, cross_validate, override, read_recipe
    from venule.training import train as train_model

    chosen = override(read_recipe(recipe or "default"), network=network, steps=steps, seed=seed)
    hardware = Hardware(accelerator, devices, nodes, workers)
    if folds:
        result = cross_validate(chosen, data, output, folds=folds, hardware=hardware, resume=resume)
        mean = result.mean
        typer.echo(
            f"Dice {mean.mean:.4f} [{mean.lower:.4f}, {mean.upper:.4f}] over {len(result.dice)} photographs, each "
            f"scored by a model that was not trained on it; threshold for a model trained on all: {result.threshold}\n"
            f"details: {output / 'cross_validation.json'}"
        )
        return
    folder = train_model(chosen, data, output, hardware=hardware, resume=resume, threshold=threshold)
    if folder:
        typer.echo(f"model: {folder}")
        if chosen.finds == "vessels":
            typer.echo(f"to use it: venule segment PHOTOGRAPHS -o OUT --model {folder}")


def study(
    recipe: Annotated[
        str,
        typer.Argument(
            help="A shipped study, or a YAML file of your own.", metavar="STUDY", autocompletion=completion.studies
        ),
    ],
    data: Annotated[Path, option("The folder with the study's data set.", "FOLDER")] = Path(),
    output: Annotated[Path, output_option("Folder for the runs, tables and figures.", panel=OUTPUT)] = Path("study"),
    photograph: Annotated[
        str | None,
        option("Show this held-out photograph in the figures, such as DRIVE/21.", "NAME", OUTPUT, default="a phantom"),
    ] = None,
    tables_only: Annotated[
        bool, flag("--tables-only", "Train nothing: make tables and figures of finished runs.", OUTPUT)
    ] = False,
    shard: Annotated[
        str | None,
        option("Do one part of the runs, such as 2/8, and make no tables; for array jobs.", "PART/PARTS", RUN),
    ] = None,
    accelerator: Accelerator = "auto",
    devices: Devices = 1,
) -> None:
    """Train networks under one recipe, with and without augmentation, and compare them: tables, verdicts, figures.

    Example: `venule study study-tiny -o tiny`

    The same command continues a study that was stopped: finished runs are kept, and failed ones are tried once more.
    As 8 array jobs: `venule study study -o OUT --data DIR --shard i/8`, with i from 1 to 8, and then once without
    --shard for the tables. Needs the extra train.
    """
    from venule.batch import Shard
    from venule.study import do_runs, progress_of, read_study, report_study, run_on_devices, run_study

    chosen = read_study(recipe)
    if shard:
        part = Shard.parse(shard)
        do_runs(chosen, data, output, accelerator=accelerator, shard=(part.number, part.of), say=typer.echo)
        progress = progress_of(chosen, output)
        typer.echo(f"{len(progress.finished)} runs of the study are finished, {len(progress.missing)} are not")
        raise typer.Exit(1 if progress.failed else 0)
    if devices > 1 and not tables_only:
        command = ["study", recipe, "-o", str(output), "--data", str(data), "--accelerator", accelerator]
        run_on_devices(command, devices, accelerator=accelerator)
    if devices > 1 or tables_only:
        report = report_study(chosen, data, output, photograph=photograph)
    else:
        report = run_study(chosen, data, output, accelerator=accelerator, photograph=photograph, say=typer.echo)
    for verdict in report.verdicts:
        typer.echo(f"{verdict.claim}: {verdict.answer}")
    for name in report.progress.missing:
        typer.secho(f"missing: {name} {report.progress.failed.get(name, '')}", err=True)
    typer.echo(f"tables: {output / 'study.md'}\nfigures: {output / 'figures'}")
    raise typer.Exit(1 if report.progress.missing and not tables_only else 0)
