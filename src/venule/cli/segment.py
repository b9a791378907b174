"""`venule segment`."""

from pathlib import Path
from typing import Annotated

import typer


def segment(
    photographs: Annotated[
        list[str], typer.Argument(help="Photographs, folders (searched to the bottom) or patterns.", metavar="PATH")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the results.")],
    model: Annotated[str, typer.Option(help="A shipped model (see venule models), or the folder of your own.")] = (
        "general"
    ),
    probability: Annotated[bool, typer.Option("--probability", help="Write NAME_probability.png, 0-255.")] = False,
    overlay: Annotated[bool, typer.Option("--overlay", help="Write NAME_overlay.png.")] = False,
    flips: Annotated[bool, typer.Option("--flips", help="Average four mirror images: steadier, and slower.")] = False,
    threshold: Annotated[float | None, typer.Option(help="Probability, 0 to 1; the model's own if left out.")] = None,
    runtime: Annotated[str, typer.Option(help="onnxruntime; or openvino (extra openvino), faster.")] = "onnxruntime",
    jobs: Annotated[int | None, typer.Option(min=1, help="Processes; chosen by the number of photographs.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where an earlier run ended.")] = False,
) -> None:
    """Find the vessels of fundus photographs: NAME_vessels.png, results.csv and manifest.json."""
    from venule.batch import show_progress
    from venule.jobs import SegmentPhotograph, segment_files

    work = SegmentPhotograph(model, threshold, flips, probability, overlay, runtime)
    with show_progress() as progress:
        job = segment_files(photographs, output, work=work, jobs=jobs, resume=resume, progress=progress)
    typer.echo(job.summary())
    raise typer.Exit(job.exit_code)
