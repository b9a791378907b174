"""`venule data`: list, check, download and make data sets."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from venule.cli import completion
from venule.cli.options import option, output_option

if TYPE_CHECKING:
    from venule.datasets.copies import Check

app = typer.Typer(no_args_is_help=True)


@app.command("list")
def list_sets() -> None:
    """List the data sets that venule knows: size, drawings, licence, how to get each."""
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.table import Table

    from venule.datasets.known import KNOWN, known_set

    table = Table("name", "photographs", "size", "drawings", "licence", "how to get it", box=SIMPLE)
    for name in KNOWN:
        known = known_set(name)
        photographs = sum(len(names) for names in known.splits.values())
        size = f"{known.size[0]}x{known.size[1]}"
        way = "venule data get" if known.host else "by hand"
        table.add_row(name, str(photographs), size, known.drawings, known.licence, way)
    Console().print(table)
    typer.echo("venule data get NAME downloads a data set, or says how to get it by hand.")


@app.command()
def check(
    folder: Annotated[Path, typer.Argument(help="Folder of a data set.", metavar="FOLDER")],
    name: Annotated[
        str | None,
        option("Which set it is.", "NAME", default="recognised by its files", autocompletion=completion.data_sets),
    ] = None,
) -> None:
    """Compare a copy of a data set with what was published, and name each file that differs.

    Example: `venule data check DATA/DRIVE`

    Exit code 0 if the copy can be used, 1 if files are missing, extra, renumbered, augmented, resized or broken.
    """
    from venule.datasets.copies import check_dataset

    _print_check(folder, check_dataset(folder, name=name))


@app.command()
def get(
    name: Annotated[
        str,
        typer.Argument(help="The data set; see venule data list.", metavar="NAME", autocompletion=completion.data_sets),
    ],
    output: Annotated[Path | None, output_option("Folder to make.", default="the name of the set")] = None,
    base: Annotated[str | None, option("Address of the folder with the archives, if it has moved.", "URL")] = None,
) -> None:
    """Download a data set from its publisher and check each file.

    Example: `venule data get CHASE_DB1 -o DATA/CHASE_DB1`

    The addresses have not been verified. If one fails, the message names it and the page that has the data set. Exit
    code 1 if nothing was downloaded or the files differ from the published ones.
    """
    from rich.console import Console
    from rich.progress import DownloadColumn, Progress, TaskID

    from venule.datasets.known import known_set
    from venule.workflows.download import get_dataset, how_to_get

    known = known_set(name)
    folder = output or Path(known.title)
    if known.host is None:
        typer.echo(how_to_get(name, folder))
        raise typer.Exit(1)
    with Progress(*Progress.get_default_columns(), DownloadColumn(), console=Console(stderr=True)) as bar:
        tasks: dict[str, TaskID] = {}

        def show(archive: str, there: int, total: int | None) -> None:
            if archive not in tasks:
                tasks[archive] = bar.add_task(archive)
            bar.update(tasks[archive], completed=there, total=total)

        checked = get_dataset(name, folder, base=base, progress=show)
    _print_check(folder, checked)


@app.command()
def phantom(
    output: Annotated[Path, output_option("Folder for images/, vessels/ and fov/.")],
    count: Annotated[int, option("How many.", "NUMBER", min=1)] = 10,
    seed: Annotated[int, option("The same seed makes the same phantoms.", "NUMBER", min=0)] = 0,
    size: Annotated[int, option("Width; some are not as high as they are wide.", "PIXELS", min=128, max=4096)] = 768,
) -> None:
    """Make phantoms: synthetic fundus photographs with exact drawings of their vessels.

    Example: `venule data phantom --count 20 --seed 1 -o phantoms`
    """
    from venule.datasets.phantoms import write_phantoms

    write_phantoms(output, count=count, seed=seed, size=size)
    typer.echo(f"{count} phantoms, {size} pixels wide, in {output}")


def _print_check(folder: Path, check: "Check") -> None:
    from venule.errors import printable

    for difference in check.defects:
        typer.echo(printable(f"{difference.kind}: {difference.message}"))
    files = ", ".join(f"{count} {noun}" for noun, count in check.counts.items())
    compared = f"; {check.checksums} checksums compared" if check.checksums else ""
    wrong = sum(not difference.is_note for difference in check.defects)
    typer.echo(f"{folder} is {check.name}: {files or 'none of its files'}{compared}; {wrong or 'nothing'} wrong")
    raise typer.Exit(0 if check.is_clean else 1)
