"""The `venule` program."""

from typing import Annotated

import typer

from venule.cli import data
from venule.cli.demo import demo
from venule.cli.evaluate import evaluate
from venule.cli.measure import measure
from venule.cli.merge import merge
from venule.cli.models import models
from venule.cli.networks import networks
from venule.cli.report import report
from venule.cli.segment import segment
from venule.cli.serve import serve
from venule.cli.status import status
from venule.cli.study import study
from venule.cli.submit import submit
from venule.cli.train import train

app = typer.Typer(
    help="Find the blood vessels in photographs of the retina, and train, compare and score the networks that do.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(value: bool) -> None:
    if value:
        from importlib.metadata import version

        typer.echo(f"venule {version('venule')}")
        raise typer.Exit


@app.callback()
def venule(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Options that come before every command."""


for command in (
    demo,
    segment,
    measure,
    report,
    serve,
    status,
    merge,
    evaluate,
    train,
    study,
    submit,
    networks,
    models,
):
    app.command()(command)
app.add_typer(data.app, name="data")


def main() -> None:
    """Run the program; an expected error is printed as one line, with exit code 2."""
    from venule.errors import VenuleError

    try:
        app()
    except VenuleError as error:
        typer.secho(f"venule: {error}", fg="red", err=True)
        raise SystemExit(2) from None
