"""`venule measure`."""

from pathlib import Path
from typing import Annotated

import typer

from venule.cli import options


def measure(
    photographs: options.Photographs,
    output: options.Output,
    model: options.Model = "general",
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
    dicom_seg: options.DicomSeg = False,
    dicom_sr: Annotated[
        bool, typer.Option("--dicom-sr", help="Write NAME_sr.dcm, of DICOM photographs (extra dicom).")
    ] = False,
    flips: options.Flips = False,
    threshold: options.Threshold = None,
    runtime: options.Runtime = "onnxruntime",
    resume: options.Resume = False,
    jobs: options.Jobs = None,
    engine: options.EngineKind = "local",
    address: options.Address = None,
    time_limit: options.TimeLimit = 300.0,
    layout: options.LayoutKind = "mirrored",
    shard: options.ShardText = None,
    journal: options.Journal = None,
) -> None:
    """Measure the vessels of fundus photographs: a row each in results.csv, and what every column means."""
    from venule.batch import Batch, show_progress
    from venule.measurement import Scale
    from venule.workflows import SegmentPhotograph
    from venule.workflows.measure import MeasurePhotograph, measure_files

    segmentation = SegmentPhotograph(model, threshold, flips, runtime=runtime, dicom_seg=dicom_seg)
    scale = Scale(um_per_pixel, field, disc_um)
    work = MeasurePhotograph(segmentation, vessels, arteries, veins, scale, segments, min_quality, dicom_sr)
    with show_progress() as progress:
        batch = Batch.of(engine, jobs, address, time_limit, layout, resume, shard, journal, progress)
        job = measure_files(photographs, output, work=work, batch=batch)
    typer.echo(job.summary())
    raise typer.Exit(job.exit_code)
