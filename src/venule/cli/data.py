"""`venule data`: list, check, get and make data sets."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from venule.datasets.finding import Check

app = typer.Typer(help="List, check, get and make data sets.", no_args_is_help=True)


@app.command("list")
def list_sets() -> None:
    """List the data sets that venule knows: size, drawings, licence, how to get each."""
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.table import Table

    from venule.datasets.registry import KNOWN
    from venule.datasets.sources import SOURCES

    table = Table("name", "photographs", "size", "drawings", "licence", "how to get it", box=SIMPLE)
    for name, known in KNOWN.items():
        size = f"{known.size[0]}x{known.size[1]}"
        way = "downloaded" if name in SOURCES else "by hand"
        table.add_row(name, str(known.photographs), size, known.drawings, known.licence, way)
    Console().print(table)
    typer.echo("venule data get NAME downloads a set, or says how to get it by hand.")


@app.command()
def check(
    folder: Annotated[Path, typer.Argument(help="Folder of a data set.")],
    name: Annotated[str | None, typer.Option(help="Which set it is, where it cannot be recognised.")] = None,
) -> None:
    """Compare a copy of a data set with what was published, and name each file that differs.

    Exit code 0 where the copy can be used, 1 where files are missing, extra, renumbered, augmented, resized or broken.
    """
    from venule.datasets.check import check_dataset

    _print_check(folder, check_dataset(folder, name=name))


@app.command()
def get(
    name: Annotated[str, typer.Argument(help="chase_db1, hrf or stare; for drive and fives it says what to do.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder to make; by default the name of the set, here.")
    ] = None,
    base: Annotated[str | None, typer.Option(help="Address of the folder with the archives, if it has moved.")] = None,
) -> None:
    """Download a data set from its publisher and check each file.

    The addresses could not be tried where this version was written; one that fails is named, with the page that has
    the set. Exit code 1 where nothing was downloaded or the files differ from the published ones.
    """
    from rich.console import Console
    from rich.progress import DownloadColumn, Progress, TaskID

    from venule.datasets.get import get_dataset, how_to_get
    from venule.datasets.registry import known_set
    from venule.datasets.sources import SOURCES

    known = known_set(name)
    folder = output or Path(known.title)
    if known.name not in SOURCES:
        typer.echo(how_to_get(name, folder))
        raise typer.Exit(1)
    with Progress(*Progress.get_default_columns(), DownloadColumn(), console=Console(stderr=True)) as bar:
        tasks: dict[str, TaskID] = {}

        def show(archive: str, there: int, total: int | None) -> None:
            if archive not in tasks:
                tasks[archive] = bar.add_task(archive)
            bar.update(tasks[archive], completed=there, total=total)

        found = get_dataset(name, folder, base=base, progress=show)
    _print_check(folder, found)


@app.command()
def phantom(
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder to make: images/, vessels/, fov/.")],
    count: Annotated[int, typer.Option(min=1, help="How many.")] = 10,
    seed: Annotated[int, typer.Option(min=0, help="The same seed makes the same phantoms.")] = 0,
    size: Annotated[int, typer.Option(min=128, max=4096, help="Width in pixels; some are lower than wide.")] = 768,
) -> None:
    """Make synthetic fundus photographs with exact drawings of their vessels."""
    from venule.datasets.phantoms import write_phantoms

    write_phantoms(output, count=count, seed=seed, size=size)
    typer.echo(f"{count} phantoms, {size} pixels wide, in {output}")


def _print_check(folder: Path, check: "Check") -> None:
    for finding in check.findings:
        typer.echo(f"{finding.kind}: {finding.message}")
    holds = ", ".join(f"{count} {noun}" for noun, count in check.counts.items())
    compared = f"; {check.checksums} checksums compared" if check.checksums else ""
    wrong = sum(not finding.is_note for finding in check.findings)
    typer.echo(f"{folder} is {check.name}: {holds or 'no file of it'}{compared}; {wrong or 'nothing'} wrong")
    raise typer.Exit(0 if check.is_clean else 1)
