"""`venule evaluate`."""

from pathlib import Path
from typing import Annotated

import typer

from venule.cli.options import ModelName, flag, model_option, option, output_option


def evaluate(
    dataset: Annotated[
        Path,
        typer.Argument(
            help="Folder of a data set, or with the folders images/ and vessels/ (the reference drawings).",
            metavar="FOLDER",
        ),
    ],
    split: Annotated[
        str | None,
        option(
            "Which photographs to score; all: every one.", "NAME", default="test, if the set has such a split, else all"
        ),
    ] = None,
    model: ModelName = "general",
    compare: Annotated[str | None, model_option("A second model to compare with, on the same photographs.")] = None,
    masks: Annotated[
        Path | None, option("Score the masks in this folder, made by any tool, and run no model.", "FOLDER")
    ] = None,
    threshold: Annotated[
        float | None,
        option(
            "Probability, or grey level of --masks, from which a pixel is vessel.", "0-1", default="the model's own"
        ),
    ] = None,
    flips: Annotated[bool, flag("--flips", "Average over four mirror images: steadier, slower.")] = False,
    output: Annotated[
        Path | None, output_option("Folder for scores.csv, summary.json, summary.md and agreement/NAME.png.")
    ] = None,
) -> None:
    """Score a model, or the masks of another tool, against reference drawings.

    Example: `venule evaluate CHASE_DB1 -o scores`
    """
    from rich.console import Console
    from rich.progress import Progress

    from venule.datasets import open_dataset
    from venule.workflows.evaluate import evaluate_dataset
    from venule.workflows.score_files import score_tables, write_evaluation

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("scoring", total=None)
        evaluation = evaluate_dataset(
            open_dataset(dataset),
            split=split,
            model=model,
            compare=compare,
            masks=masks,
            threshold=threshold,
            flips=flips,
            output=output,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    for table in score_tables(evaluation):
        Console().print(table.to_rich())
    if output:
        write_evaluation(evaluation, output)
        typer.echo(f"{output}: scores.csv, summary.json, summary.md, agreement/")
