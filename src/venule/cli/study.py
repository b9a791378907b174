"""`venule study`."""

from pathlib import Path
from typing import Annotated

import typer


def study(
    recipe: Annotated[
        str,
        typer.Argument(help="Name of a shipped study (study, study-compact, study-tiny) or a YAML file of your own."),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the runs, tables and figures.")] = Path(
        "study"
    ),
    data: Annotated[Path, typer.Option(help="The folder that holds the study's data set.")] = Path(),
    shard: Annotated[
        str | None,
        typer.Option(help="i/n: do every n-th run, from the i-th; for jobs of an array. Makes no tables."),
    ] = None,
    devices: Annotated[int, typer.Option(min=1, help="Processes, each on a GPU of its own.")] = 1,
    accelerator: Annotated[str, typer.Option(help="auto, cpu or gpu.")] = "auto",
    tables_only: Annotated[
        bool, typer.Option("--tables-only", help="Train nothing: tables and figures of what is done so far.")
    ] = False,
    photograph: Annotated[
        str | None,
        typer.Option(help="Show this held-out photograph in the figures (as DRIVE/21), in place of a phantom."),
    ] = None,
) -> None:
    """Train networks under one recipe, with and without augmentation, and compare them: tables, verdicts, figures.

    The same command goes on where an earlier one was stopped: what is finished is never run again, and a run that
    failed is tried once more. As an array of 8 jobs: `venule study study -o OUT --data DIR --shard i/8` with i from 1
    to 8, and then once without --shard for the tables.
    """
    from venule.study import do_runs, progress_of, read_study, report_study, run_on_devices, run_study

    chosen = read_study(recipe)
    if shard:
        do_runs(chosen, data, output, accelerator=accelerator, shard=_shard(shard), say=typer.echo)
        progress = progress_of(chosen, output)
        typer.echo(f"{len(progress.finished)} runs of the study are done, {len(progress.missing)} are not")
        raise typer.Exit(1 if progress.failed else 0)
    if devices > 1 and not tables_only:
        command = ["study", recipe, "-o", str(output), "--data", str(data), "--accelerator", accelerator]
        run_on_devices(command, devices, accelerator=accelerator)
    if devices > 1 or tables_only:
        report = report_study(chosen, data, output, photograph=photograph)
    else:
        report = run_study(chosen, data, output, accelerator=accelerator, photograph=photograph, say=typer.echo)
    for verdict in report.verdicts:
        typer.echo(f"{verdict.claim}: {verdict.answer}")
    for name in report.progress.missing:
        typer.secho(f"missing: {name} {report.progress.failed.get(name, '')}", err=True)
    typer.echo(f"tables: {report.files[0]}\nfigures: {output / 'figures'}")
    raise typer.Exit(1 if report.progress.missing and not tables_only else 0)


def _shard(text: str) -> tuple[int, int]:
    place, _, count = text.partition("/")
    if not (place.isdecimal() and count.isdecimal() and 1 <= int(place) <= int(count)):
        raise typer.BadParameter(
            f"{text!r} is no shard: write i/n with i from 1 to n, such as 2/8", param_hint="--shard"
        )
    return int(place), int(count)
