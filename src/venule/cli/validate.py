"""`venule validate`."""

from pathlib import Path
from typing import Annotated

import typer


def validate(
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for validation.md and its figures.")],
    data: Annotated[Path | None, typer.Option(help="Folder that holds CHASE_DB1 and HRF.")] = None,
    phantoms: Annotated[int, typer.Option(min=3, help="How many to measure.")] = 100,
    jobs: Annotated[int, typer.Option(min=1, help="Processes.")] = 2,
) -> None:
    """Measure what is known exactly, and people against one another: how right every measurement is."""
    from venule.validation.run import validate as validate_measurements

    document = validate_measurements(
        output, data=data, phantoms=phantoms, jobs=jobs, say=lambda line: typer.echo(line, err=True)
    )
    typer.echo(document)
