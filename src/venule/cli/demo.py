"""`venule demo`."""

from pathlib import Path
from typing import Annotated

import typer


def demo(
    output: Annotated[Path, typer.Option("--output", "-o", help="A new folder for what is made.")] = Path(
        "venule-demo"
    ),
    count: Annotated[int, typer.Option(min=1, help="How many phantoms.")] = 3,
    seed: Annotated[int, typer.Option(min=0, help="Other phantoms for another seed.")] = 1,
) -> None:
    """See what venule does: phantoms are made, segmented and scored. Needs no data and no network."""
    from venule.workflows.demo import make_demo

    typer.echo(f"making {count} phantoms (synthetic fundus photographs), finding their vessels, scoring them ...")
    made = make_demo(output, count=count, seed=seed)
    typer.echo(f"  photographs     {made.photographs / 'images'}")
    typer.echo(f"  vessels         {made.vessels} ({made.job.summary().splitlines()[0]})")
    typer.echo(f"  scores          {made.scores} (mean Dice {made.dice:.3f} against the exact drawings)")
    typer.echo(f"  all on a sheet  {made.sheet}")
    typer.echo("with photographs of your own: venule segment FOLDER -o vessels --overlay")
