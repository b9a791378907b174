"""`venule report`."""

from pathlib import Path
from typing import Annotated

import typer


def report(
    output: Annotated[Path, typer.Argument(help="The output folder of venule measure.")],
    pdf: Annotated[bool, typer.Option("--pdf", help="Write report.pdf, too: a page a photograph.")] = False,
) -> None:
    """Write report.html: pictures, numbers with intervals, distributions, outliers first; one file, no network."""
    from venule.workflows.report import report_folder

    for path in report_folder(output, pdf=pdf):
        typer.echo(path)
