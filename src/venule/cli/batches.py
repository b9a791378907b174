"""`venule status` and `venule merge`."""

from pathlib import Path
from typing import Annotated

import typer

from venule.cli.options import Journal, output_option


def status(
    output: Annotated[
        str, typer.Argument(help="Output folder, or URL, of venule segment or venule measure.", metavar="FOLDER")
    ],
    journal: Journal = None,
) -> None:
    """Show the progress of a running or stopped batch.

    Example: `venule status measured`
    """
    from venule.batch import read_status

    typer.echo(read_status(output, state=journal))


def merge(
    outputs: Annotated[list[Path], typer.Argument(help="Output folders of the shards.", metavar="FOLDERS")],
    output: Annotated[Path, output_option("Folder for the whole.")],
) -> None:
    """Join the outputs of shards that were processed on separate machines.

    Example: `venule merge part1 part2 part3 -o whole`
    """
    from venule.batch import merge

    typer.echo(f"{merge(outputs, output)} photographs from {len(outputs)} folders, now in {output}")
