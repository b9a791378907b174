"""`venule status`."""

from typing import Annotated

import typer

from venule.cli import options


def status(
    output: Annotated[str, typer.Argument(help="Output folder, or URL, of venule segment or measure.", metavar="OUT")],
    journal: options.Journal = None,
) -> None:
    """Say how far a batch is, while it runs or when it is dead."""
    from venule.batch import read_status

    typer.echo(read_status(output, state=journal))
