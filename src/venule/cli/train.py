"""`venule train`."""

from pathlib import Path
from typing import Annotated

import typer


def train(
    recipe: Annotated[
        str | None, typer.Argument(help="Name of a shipped recipe (drive, general) or a YAML file of your own.")
    ] = None,
    data: Annotated[
        Path,
        typer.Option(help="The folder that holds the recipe's data sets; without a recipe, the data set itself."),
    ] = Path(),
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the model, checkpoints and logs.")] = Path(
        "training"
    ),
    network: Annotated[str | None, typer.Option(help="Another network than the recipe's (venule networks).")] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="Another number of steps than the recipe's.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Another seed than the recipe's.")] = None,
    folds: Annotated[int | None, typer.Option(min=2, help="Cross-validate with so many folds instead.")] = None,
    threshold: Annotated[
        float | None, typer.Option(min=0.01, max=0.99, help="Frozen threshold, from a cross-validation.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with a training that was stopped.")] = False,
    accelerator: Annotated[str, typer.Option(help="auto, cpu or gpu.")] = "auto",
    devices: Annotated[int, typer.Option(min=1, help="GPUs, or CPU processes, on each machine.")] = 1,
    nodes: Annotated[int, typer.Option(min=1, help="Machines.")] = 1,
) -> None:
    """Train a model on photographs with drawings: recipe in, ONNX and card out.

    On two GPUs: `venule train drive --data DIR --devices 2`. On two machines with four GPUs each, on each of them:
    `torchrun --nnodes 2 --nproc-per-node 4 --node-rank RANK --master-addr HOST --master-port 29500 -m venule train
    drive --data DIR --devices 4 --nodes 2`. Under Slurm: `srun --nodes 2 --ntasks-per-node 4 venule train drive
    --data DIR --devices 4 --nodes 2`.
    """
    from venule.training import Hardware, cross_validate, override, read_recipe
    from venule.training import train as train_model

    chosen = override(read_recipe(recipe or "default"), network=network, steps=steps, seed=seed)
    hardware = Hardware(accelerator, devices, nodes)
    if folds:
        result = cross_validate(chosen, data, output, folds=folds, hardware=hardware, resume=resume)
        mean = result.mean
        typer.echo(
            f"Dice {mean.mean:.4f} [{mean.lower:.4f}, {mean.upper:.4f}] over {len(result.dice)} photographs, each "
            f"scored by a model that did not see it; threshold for a model trained on all: {result.threshold}\n"
            f"details: {output / 'cross_validation.json'}"
        )
        return
    folder = train_model(chosen, data, output, hardware=hardware, resume=resume, threshold=threshold)
    if folder:
        typer.echo(f"model: {folder}\nuse it: venule segment PHOTOGRAPHS -o OUT --model {folder}")
