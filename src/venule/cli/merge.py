"""`venule merge`."""

from pathlib import Path
from typing import Annotated

import typer


def merge(
    outputs: Annotated[list[Path], typer.Argument(help="Output folders of finished runs.", metavar="OUT")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the whole.")],
) -> None:
    """Join the outputs of shards that were made on separate machines."""
    from venule.batch import merge

    typer.echo(f"{merge(outputs, output)} photographs of {len(outputs)} outputs in {output}")
