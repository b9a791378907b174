"""`venule status`."""

from typing import Annotated

import typer

from venule.cli.options import Journal


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
