"""`venule study`."""

from pathlib import Path
from typing import Annotated

import typer

from venule.cli import completion
from venule.cli.options import OUTPUT, RUN, Accelerator, flag, option, output_option


def study(
    recipe: Annotated[
        str,
        typer.Argument(
            help="A shipped study, or a YAML file of your own.", metavar="STUDY", autocompletion=completion.studies
        ),
    ],
    data: Annotated[Path, option("The folder with the study's data set.", "FOLDER")] = Path(),
    output: Annotated[Path, output_option("Folder for the runs, tables and figures.", panel=OUTPUT)] = Path("study"),
    photograph: Annotated[
        str | None,
        option("Show this held-out photograph in the figures, such as DRIVE/21.", "NAME", OUTPUT, default="a phantom"),
    ] = None,
    tables_only: Annotated[
        bool, flag("--tables-only", "Train nothing: make tables and figures of finished runs.", OUTPUT)
    ] = False,
    shard: Annotated[
        str | None,
        option("Do one part of the runs, such as 2/8, and make no tables; for array jobs.", "PART/PARTS", RUN),
    ] = None,
    accelerator: Accelerator = "auto",
    devices: Annotated[int, option("Processes, each on its own GPU.", "NUMBER", RUN, min=1)] = 1,
) -> None:
    """Train networks under one recipe, with and without augmentation, and compare them: tables, verdicts, figures.

    Example: `venule study study-tiny -o tiny`

    The same command continues a study that was stopped: finished runs are kept, and failed ones are tried once more.
    As 8 array jobs: `venule study study -o OUT --data DIR --shard i/8`, with i from 1 to 8, and then once without
    --shard for the tables. Needs the extra train.
    """
    from venule.study import do_runs, progress_of, read_study, report_study, run_on_devices, run_study

    chosen = read_study(recipe)
    if shard:
        do_runs(chosen, data, output, accelerator=accelerator, shard=_shard(shard), say=typer.echo)
        progress = progress_of(chosen, output)
        typer.echo(f"{len(progress.finished)} runs of the study are finished, {len(progress.missing)} are not")
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
    typer.echo(f"tables: {output / 'study.md'}\nfigures: {output / 'figures'}")
    raise typer.Exit(1 if report.progress.missing and not tables_only else 0)


def _shard(text: str) -> tuple[int, int]:
    part, _, parts = text.partition("/")
    if not (part.isdecimal() and parts.isdecimal() and 1 <= int(part) <= int(parts)):
        raise typer.BadParameter(
            f"{text!r} is not a shard: write i/n with i from 1 to n, such as 2/8", param_hint="--shard"
        )
    return int(part), int(parts)
