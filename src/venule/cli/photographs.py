"""`venule segment`, `venule measure` and `venule report`."""

import math
from pathlib import Path
from typing import Annotated, Literal

import typer

from venule.cli.options import (
    OUTPUT,
    PERCENT,
    SCALE,
    SHARE,
    VESSELS,
    DicomSeg,
    Output,
    Photographs,
    RunOptions,
    VesselOptions,
    amount,
    diameters,
    flag,
    option,
    with_shared_options,
)

RADIANS = {"radians": 180 / math.pi}


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
    """Find the vessels of fundus photographs, arteries and veins, optic disc and fovea.

    Writes NAME_vessels.png, NAME_av.png (arteries light red, veins blue, crossings purple, unsure vessels grey),
    NAME_arteries.png and NAME_veins.png, results.csv and manifest.json.

    Example: `venule segment photographs/ -o vessels --overlay`
    """
    from venule.batch import show_progress
    from venule.workflows import SegmentPhotograph, segment_files

    work = SegmentPhotograph(
        vessels.model,
        vessels.threshold,
        vessels.flips,
        diameters(vessels.scales),
        vessels.any_picture,
        vessels.av,
        None if vessels.no_av else "landmarks",
        probability=probability,
        overlay=overlay,
        runtime=run.runtime,
        masks=masks,
        dicom_seg=dicom_seg,
    )
    with show_progress() as progress:
        result = segment_files(photographs, output, work=work, batch=run.batch(progress))
    typer.echo(result)
    raise typer.Exit(result.exit_code)


@with_shared_options
def measure(
    photographs: Photographs,
    output: Output,
    segments: Annotated[
        bool, flag("--segments", "Also write segments.csv: one row for each vessel segment.", OUTPUT)
    ] = False,
    dicom_seg: DicomSeg = False,
    dicom_sr: Annotated[
        bool,
        flag("--dicom-sr", "For DICOM photographs, also write NAME_sr.dcm, a structured report (extra dicom).", OUTPUT),
    ] = False,
    *,
    finding: VesselOptions,
    vessels: Annotated[
        Path | None, option("Measure the vessel maps in this folder, and look for no vessels.", "FOLDER", VESSELS)
    ] = None,
    arteries: Annotated[Path | None, option("Folder with maps of the arteries.", "FOLDER", VESSELS)] = None,
    veins: Annotated[Path | None, option("Folder with maps of the veins.", "FOLDER", VESSELS)] = None,
    min_quality: Annotated[
        float | None,
        amount("Refuse photographs with a lower quality score.", 0, 1, SHARE, VESSELS, "refuse none", meant=PERCENT),
    ] = None,
    um_per_pixel: Annotated[
        float | None,
        amount("Size of a pixel on the retina.", 0.5, 250, "MICROMETRES", SCALE, meant={"millimetres": 1000}),
    ] = None,
    field: Annotated[
        float | None,
        amount(
            "Angle of the field of view, as the camera gives it, such as 45.", 10, 200, "DEGREES", SCALE, meant=RADIANS
        ),
    ] = None,
    disc_um: Annotated[
        float | None,
        amount(
            "Diameter of the optic disc, such as 1800.", 500, 5000, "MICROMETRES", SCALE, meant={"millimetres": 1000}
        ),
    ] = None,
    run: RunOptions,
) -> None:
    """Measure the vessels of fundus photographs: one row for each in results.csv.

    What each column means is in dictionary.csv.

    Example: `venule measure photographs/ -o measured --field 45`
    """
    from venule import Scale
    from venule.batch import show_progress
    from venule.workflows import SegmentPhotograph
    from venule.workflows.measure import MeasurePhotograph, measure_files

    work = MeasurePhotograph(
        SegmentPhotograph(
            finding.model,
            finding.threshold,
            finding.flips,
            diameters(finding.scales),
            finding.any_picture,
            finding.av,
            runtime=run.runtime,
            dicom_seg=dicom_seg,
        ),
        vessels,
        arteries,
        veins,
        Scale(um_per_pixel=um_per_pixel, field_degrees=field, disc_um=disc_um),
        segments,
        min_quality,
        dicom_sr,
    )
    with show_progress() as progress:
        result = measure_files(photographs, output, work=work, batch=run.batch(progress))
    typer.echo(result)
    raise typer.Exit(result.exit_code)


def report(
    output: Annotated[Path, typer.Argument(help="The output folder of venule measure.", metavar="FOLDER")],
    pdf: Annotated[bool, flag("--pdf", "Also write report.pdf: a page for each photograph (extra pdf).")] = False,
) -> None:
    """Make report.html of measured photographs: pictures, numbers with intervals, distributions, outliers first.

    It is one file, and needs no network connection.

    Example: `venule report measured`
    """
    from venule.workflows.report import report_folder

    for path in report_folder(output, pdf=pdf):
        typer.echo(path)
