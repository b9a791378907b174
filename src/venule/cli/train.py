"""`venule train`."""

from pathlib import Path
from typing import Annotated

import typer

from venule.cli import completion
from venule.cli.options import RUN, Accelerator, flag, option, output_option


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
    seed: Annotated[int | None, option("Random seed.", "NUMBER", default="the recipe's", min=0)] = None,
    threshold: Annotated[
        float | None, option("Threshold of the model, from a cross-validation.", "0-1", min=0.01, max=0.99)
    ] = None,
    folds: Annotated[int | None, option("Cross-validate with this number of folds instead.", "NUMBER", min=2)] = None,
    resume: Annotated[bool, flag("--resume", "Continue a training that was stopped.", RUN)] = False,
    accelerator: Accelerator = "auto",
    devices: Annotated[int, option("GPUs, or CPU processes, on each machine.", "NUMBER", RUN, min=1)] = 1,
    nodes: Annotated[int, option("Machines.", "NUMBER", RUN, min=1)] = 1,
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
    hardware = Hardware(accelerator, devices, nodes)
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
        typer.echo(f"model: {folder}\nto use it: venule segment PHOTOGRAPHS -o OUT --model {folder}")
