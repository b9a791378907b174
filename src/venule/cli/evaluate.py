"""`venule evaluate`."""

from pathlib import Path
from typing import Annotated

import typer


def evaluate(
    dataset: Annotated[Path, typer.Argument(help="Folder of a data set, or with images/ and vessels/ (drawings).")],
    split: Annotated[
        str | None,
        typer.Option(help="Photographs to score, or 'all'. Default: the test split where there is one, else all."),
    ] = None,
    model: Annotated[str, typer.Option(help="Name of a shipped model, or the folder of your own.")] = "general",
    compare: Annotated[str | None, typer.Option(help="A second model, on the same photographs.")] = None,
    masks: Annotated[
        Path | None, typer.Option(help="Score the masks in this folder, of any tool, in place of --model.")
    ] = None,
    flips: Annotated[bool, typer.Option("--flips", help="Average four mirror images: steadier, and slower.")] = False,
    threshold: Annotated[
        float | None, typer.Option(help="For --model or grey --masks. Default: the model's own, frozen one.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Folder for scores.csv, summary.json, summary.md and agreement/NAME.png."),
    ] = None,
) -> None:
    """Score a model, or the masks of another tool, against reference drawings."""
    from rich.console import Console
    from rich.progress import Progress

    from venule.datasets import open_dataset
    from venule.workflows.evaluate import choose_entrants, run_trial, summarise, tables, write_trial

    data = open_dataset(dataset)
    entrants = choose_entrants(data, split, model=model, compare=compare, masks=masks, threshold=threshold, flips=flips)
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("scoring", total=None)
        trial = run_trial(
            data,
            entrants,
            split=split,
            output=output,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    summary = summarise(trial)
    for table in tables(trial, summary):
        Console().print(table.to_rich())
    if output:
        write_trial(trial, summary, output)
        typer.echo(f"written to {output}: scores.csv, summary.json, summary.md, agreement/")
