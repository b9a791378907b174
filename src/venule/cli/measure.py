"""`venule measure`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from venule.cli.options import (
    OUTPUT,
    SCALE,
    VESSELS,
    DicomSeg,
    Output,
    Photographs,
    RunOptions,
    VesselOptions,
    flag,
    option,
    with_shared_options,
)


@dataclass(frozen=True)
class GivenMaps:
    """Maps that were made before, in place of a model's."""

    vessels: Annotated[
        Path | None, option("Measure the vessel maps in this folder, and run no model.", "FOLDER", VESSELS)
    ] = None
    arteries: Annotated[Path | None, option("Folder with maps of the arteries.", "FOLDER", VESSELS)] = None
    veins: Annotated[Path | None, option("Folder with maps of the veins.", "FOLDER", VESSELS)] = None
    min_quality: Annotated[
        float | None, option("Refuse photographs with a lower quality score.", "0-1", VESSELS, default="refuse none")
    ] = None


@dataclass(frozen=True)
class ScaleOptions:
    """How large a pixel is."""

    um_per_pixel: Annotated[float | None, option("Size of a pixel on the retina.", "MICROMETRES", SCALE)] = None
    field: Annotated[
        float | None, option("Angle of the field of view, as the camera gives it, such as 45.", "DEGREES", SCALE)
    ] = None
    disc_um: Annotated[float | None, option("Diameter of the optic disc, such as 1800.", "MICROMETRES", SCALE)] = None


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
    maps: GivenMaps,
    scale: ScaleOptions,
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

    segmentation = SegmentPhotograph(
        finding.model, finding.threshold, finding.flips, runtime=run.runtime, dicom_seg=dicom_seg
    )
    work = MeasurePhotograph(
        segmentation,
        maps.vessels,
        maps.arteries,
        maps.veins,
        Scale(um_per_pixel=scale.um_per_pixel, field_degrees=scale.field, disc_um=scale.disc_um),
        segments,
        maps.min_quality,
        dicom_sr,
    )
    with show_progress() as progress:
        result = measure_files(photographs, output, work=work, batch=run.batch(progress))
    typer.echo(result)
    raise typer.Exit(result.exit_code)
