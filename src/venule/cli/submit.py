"""`venule submit`."""

from pathlib import Path
from typing import Annotated

import typer

from venule.cli.options import ModelName, option, output_option


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
