"""`venule measure`."""

from pathlib import Path
from typing import Annotated

import typer


def measure(
    photographs: Annotated[
        list[str], typer.Argument(help="Photographs, folders (searched to the bottom) or patterns.", metavar="PATH")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the results.")],
    model: Annotated[str, typer.Option(help="A shipped model (see venule models), or the folder of your own.")] = (
        "general"
    ),
    vessels: Annotated[Path | None, typer.Option(help="Folder with vessel maps to measure instead.")] = None,
    arteries: Annotated[Path | None, typer.Option(help="Folder with maps of the arteries.")] = None,
    veins: Annotated[Path | None, typer.Option(help="Folder with maps of the veins.")] = None,
    um_per_pixel: Annotated[float | None, typer.Option(help="Micrometres on the retina that a pixel spans.")] = None,
    field: Annotated[float | None, typer.Option(help="Degrees that the field of view spans, such as 45.")] = None,
    disc_um: Annotated[float | None, typer.Option(help="Micrometres to take the optic disc for, such as 1800.")] = None,
    segments: Annotated[bool, typer.Option("--segments", help="Write segments.csv: a row a vessel segment.")] = False,
    min_quality: Annotated[
        float | None, typer.Option(help="Refuse photographs whose quality, 0 to 1, is below; left out: flag them.")
    ] = None,
    flips: Annotated[bool, typer.Option("--flips", help="Average four mirror images: steadier, and slower.")] = False,
    threshold: Annotated[float | None, typer.Option(help="Probability, 0 to 1; the model's own if left out.")] = None,
    runtime: Annotated[str, typer.Option(help="onnxruntime; or openvino (extra openvino), faster.")] = "onnxruntime",
    jobs: Annotated[int | None, typer.Option(min=1, help="Processes; chosen by the number of photographs.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where an earlier run ended.")] = False,
) -> None:
    """Measure the vessels of fundus photographs: a row each in results.csv, and what every column means."""
    from venule.batch import show_progress
    from venule.jobs import SegmentPhotograph
    from venule.jobs.measure import MeasurePhotograph, measure_files
    from venule.measurement import Scale

    finding = SegmentPhotograph(model=model, threshold=threshold, flips=flips, runtime=runtime)
    scale = Scale(um_per_pixel, field, disc_um)
    work = MeasurePhotograph(finding, vessels, arteries, veins, scale, segments, min_quality)
    with show_progress() as progress:
        job = measure_files(photographs, output, work=work, jobs=jobs, resume=resume, progress=progress)
    typer.echo(job.summary())
    raise typer.Exit(job.exit_code)
