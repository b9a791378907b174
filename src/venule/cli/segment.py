"""`venule segment`."""

from typing import Annotated

import typer

from venule.cli import options


def segment(
    photographs: options.Photographs,
    output: options.Output,
    model: options.Model = "general",
    probability: Annotated[bool, typer.Option("--probability", help="Write NAME_probability.png, 0-255.")] = False,
    overlay: Annotated[bool, typer.Option("--overlay", help="Write NAME_overlay.png.")] = False,
    masks: Annotated[str, typer.Option(help="png; or rle: run lengths of COCO, as NAME_vessels.json.")] = "png",
    dicom_seg: options.DicomSeg = False,
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
    """Find the vessels of fundus photographs: NAME_vessels.png, results.csv and manifest.json."""
    from venule.batch import Batch, show_progress
    from venule.workflows import SegmentPhotograph, segment_files

    work = SegmentPhotograph(model, threshold, flips, probability, overlay, runtime, masks=masks, dicom_seg=dicom_seg)
    with show_progress() as progress:
        batch = Batch.of(engine, jobs, address, time_limit, layout, resume, shard, journal, progress)
        job = segment_files(photographs, output, work=work, batch=batch)
    typer.echo(job.summary())
    raise typer.Exit(job.exit_code)
