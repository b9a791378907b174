"""`venule evaluate` and `venule submit`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal

import typer

from venule.cli.options import (
    PERCENT,
    SHARE,
    ModelName,
    amount,
    diameters,
    flag,
    model_option,
    option,
    output_option,
    scales_option,
)


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
    av: Annotated[bool, flag("--av", "Score arteries and veins against coloured drawings, in av/.")] = False,
    colours: Annotated[
        Literal["rite", "les-av"],
        option("Of --av: rite: crossings are green, unsure vessels white; les-av: the other way round."),
    ] = "rite",
    landmarks: Annotated[bool, flag("--landmarks", "Score disc and fovea against the places in points.csv.")] = False,
    field: Annotated[
        float | None,
        amount(
            "Of --landmarks: angle of the field of view, for disc diameters.", 10, 200, "DEGREES", default="as found"
        ),
    ] = None,
    model: Annotated[str, model_option(default="general; with --av arteries-veins, with --landmarks landmarks")] = "",
    compare: Annotated[str | None, model_option("A second model to compare with, on the same photographs.")] = None,
    masks: Annotated[
        Path | None, option("Score the masks in this folder, made by any tool, and run no model.", "FOLDER")
    ] = None,
    threshold: Annotated[
        float | None,
        amount(
            "Probability, or grey level of --masks, from which a pixel is vessel.",
            0,
            1,
            SHARE,
            default="the model's own",
            meant=PERCENT,
        ),
    ] = None,
    flips: Annotated[bool, flag("--flips", "Average over four mirror images: steadier, slower.")] = False,
    scales: Annotated[str, scales_option()] = "",
    output: Annotated[
        Path | None, output_option("Folder for scores.csv, summary.json, summary.md and agreement/NAME.png.")
    ] = None,
) -> None:
    """Score a model, or the masks of another tool, against reference drawings.

    Example: `venule evaluate CHASE_DB1 -o scores`
    """
    from rich.console import Console

    from venule.datasets import open_dataset
    from venule.workflows.evaluate import evaluate_dataset
    from venule.workflows.evaluate_eye import evaluate_arteries_veins, evaluate_landmarks
    from venule.workflows.score_files import score_tables, write_evaluation

    if av or landmarks:
        if (av and landmarks) or compare or masks or threshold or flips or scales:
            raise typer.BadParameter("--av and --landmarks go with FOLDER, --split, --model and --output alone")
        data = open_dataset(dataset)
        with _bar("scoring") as progress:
            if av:
                name = model or "arteries-veins"
                eye = evaluate_arteries_veins(data, split=split, model=name, colours=colours, progress=progress)
            else:
                name = model or "landmarks"
                eye = evaluate_landmarks(data, split=split, model=name, field_degrees=field, progress=progress)
        Console().print(eye.table().to_rich())
        if output:
            eye.write(output)
            typer.echo(f"{output}: scores.csv, summary.json, summary.md")
        return
    with _bar("scoring") as progress:
        evaluation = evaluate_dataset(
            open_dataset(dataset),
            split=split,
            model=model or "general",
            compare=compare,
            masks=masks,
            threshold=threshold,
            flips=flips,
            scales=diameters(scales),
            output=output,
            progress=progress,
        )
    for table in score_tables(evaluation):
        Console().print(table.to_rich())
    if output:
        write_evaluation(evaluation, output)
        typer.echo(f"{output}: scores.csv, summary.json, summary.md, agreement/")


def submit(
    drive: Annotated[Path, typer.Argument(help="Folder of DRIVE, with test/images and test/mask.", metavar="FOLDER")],
    output: Annotated[Path, output_option("The zip file to write; it must not exist yet.", "FILE")] = Path(
        "submission.zip"
    ),
    model: ModelName = "drive",
    masks: Annotated[
        Path | None,
        option("Pack the masks in this folder, and run no model: 01_test.png, 1.png or 01_test_vessels.png.", "FOLDER"),
    ] = None,
    template: Annotated[
        str, option("Names of the masks: {number} is 1 to 20, {number:02d} is 01 to 20.", "PATTERN")
    ] = "{number}.png",
) -> None:
    """Pack the vessels of the 20 DRIVE test photographs for the challenge, as one zip file that is checked first.

    Example: `venule submit DATA/DRIVE -o submission.zip`

    20 masks, 565x584, 8-bit grey PNG, 255 for vessel and 0 elsewhere. The test drawings are not needed.

    The challenge's rule for file names has not been verified: compare with https://drive.grand-challenge.org/ before
    you submit, and change --template if it differs.
    """
    from venule.workflows.submission import pack_submission

    with _bar("packing") as progress:
        packed = pack_submission(drive, output, model=model, masks=masks, template=template, progress=progress)
    source = f"from {masks}" if masks else f"by model {model} at threshold {packed.threshold}"
    note = f"; {packed.blackened} pixels outside the field of view set to 0" if packed.blackened else ""
    typer.echo(f"{packed.path}: {packed.masks} masks {source}{note}")


@contextmanager
def _bar(title: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar while something counts; it is told how many are done, and how many there are."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
