"""`venule report`."""

from pathlib import Path
from typing import Annotated

import typer

from venule.cli.options import flag


def report(
    output: Annotated[Path, typer.Argument(help="The output folder of venule measure.", metavar="FOLDER")],
    pdf: Annotated[bool, flag("--pdf", "Also write report.pdf: a page for each photograph (extra pdf).")] = False,
) -> None:
    """Make report.html of measured photographs: pictures, numbers with intervals, distributions, outliers first.

    It is one file, and needs no network connection.

    Example: `venule report measured`
    """
    from venule.workflows.report import report_folder

    for path in report_folder(output, pdf=pdf):
        typer.echo(path)
