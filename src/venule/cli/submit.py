"""`venule submit`."""

from pathlib import Path
from typing import Annotated

import typer


def submit(
    drive: Annotated[Path, typer.Argument(help="Folder of DRIVE, with test/images and test/mask.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The zip file to write; must not exist yet.")] = Path(
        "submission.zip"
    ),
    model: Annotated[str, typer.Option(help="Name of a shipped model, or the folder of your own.")] = "drive",
    masks: Annotated[
        Path | None,
        typer.Option(help="Pack the masks in this folder in place of --model: 01_test.png, 1.png, 01_test_vessels.png"),
    ] = None,
    template: Annotated[
        str, typer.Option(help="Names of the masks: {number} is 1 to 20, {number:02d} is 01 to 20.")
    ] = "{number}.png",
) -> None:
    """Pack the vessels of the 20 DRIVE test photographs for the challenge: one zip file, checked before it is written.

    20 masks, 565x584, 8-bit grey PNG, 255 for vessel and 0 elsewhere. The test drawings are not needed.

    The challenge's own rule for the names could not be checked where this version was written, without the internet:
    compare with https://drive.grand-challenge.org/ before you hand in, and change --template where it differs.
    """
    from rich.console import Console
    from rich.progress import Progress

    from venule.workflows.submission import pack_submission

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("packing", total=None)
        packed = pack_submission(
            drive,
            output,
            model=model,
            masks=masks,
            template=template,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    source = f"from {masks}" if masks else f"by model {model} at threshold {packed.threshold}"
    note = f"; {packed.blackened} pixels outside the field of view set to 0" if packed.blackened else ""
    typer.echo(f"{packed.path}: {packed.masks} masks {source}{note}")
