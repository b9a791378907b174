"""`venule segment`."""

from typing import Annotated, Literal

import typer

from venule.cli.options import (
    OUTPUT,
    DicomSeg,
    Output,
    Photographs,
    RunOptions,
    VesselOptions,
    flag,
    option,
    with_shared_options,
)


@with_shared_options
def segment(
    photographs: Photographs,
    output: Output,
    overlay: Annotated[
        bool, flag("--overlay", "Also write NAME_overlay.png: the photograph with its vessels.", OUTPUT)
    ] = False,
    probability: Annotated[
        bool, flag("--probability", "Also write NAME_probability.png: the probability, 0 to 255.", OUTPUT)
    ] = False,
    masks: Annotated[
        Literal["png", "rle"],
        option("png: NAME_vessels.png; rle: NAME_vessels.json, with the run lengths of COCO.", panel=OUTPUT),
    ] = "png",
    dicom_seg: DicomSeg = False,
    *,
    vessels: VesselOptions,
    run: RunOptions,
) -> None:
    """Find the vessels of fundus photographs: one mask each, results.csv and manifest.json.

    Example: `venule segment photographs/ -o vessels --overlay`
    """
    from venule.batch import show_progress
    from venule.workflows import SegmentPhotograph, segment_files

    work = SegmentPhotograph(
        vessels.model,
        vessels.threshold,
        vessels.flips,
        probability,
        overlay,
        run.runtime,
        masks=masks,
        dicom_seg=dicom_seg,
    )
    with show_progress() as progress:
        result = segment_files(photographs, output, work=work, batch=run.batch(progress))
    typer.echo(result)
    raise typer.Exit(result.exit_code)
