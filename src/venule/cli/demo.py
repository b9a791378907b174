"""`venule demo`."""

from pathlib import Path
from typing import Annotated

import typer

from venule.cli.options import option, output_option


def demo(
    output: Annotated[Path, output_option("A new folder for the results.")] = Path("venule-demo"),
    count: Annotated[int, option("How many photographs to make.", "NUMBER", min=1)] = 3,
    seed: Annotated[int, option("Another seed makes other photographs.", "NUMBER", min=0)] = 1,
) -> None:
    """Show what venule does, on synthetic photographs that it makes itself: find the vessels and score them.

    Example: `venule demo`
    """
    from venule.workflows.demo import make_demo

    typer.echo(f"Phantoms (synthetic fundus photographs): making {count}, finding their vessels, scoring them ...")
    made = make_demo(output, count=count, seed=seed)
    typer.echo(f"  photographs  {made.photographs / 'images'}")
    typer.echo(f"  vessels      {made.vessels} ({str(made.result).splitlines()[0]})")
    typer.echo(f"  scores       {made.scores} (mean Dice {made.dice:.3f} against the exact drawings)")
    typer.echo(f"  overview     {made.sheet}")
    typer.echo("Next, with your own photographs: venule segment FOLDER -o vessels --overlay")
