"""The data dictionary beside results.csv."""

import csv
import io
from collections.abc import Sequence

from venule.batch import Output
from venule.measurement import MEASUREMENTS, REGIONS
from venule.measurement.measured import columns_of

OTHERS = (
    ("fov_diameter_px", "diameter of the circle of the field of view", "px"),
    ("laterality", "which eye a DICOM photograph says it shows: R, L, or B for both", ""),
    ("scale_from", "where micrometres or degrees come from: given, dicom pixel spacing, dicom field of view", ""),
    ("quality", "Dice with a drawing that such photographs have had, 0 to 1; of a map that was given, none", ""),
    ("quality_reasons", "what is wrong with the photograph, as codes; empty for a good one", ""),
    ("disc_confidence", "how far the place of the optic disc stands out from the next best, 0 to 1", ""),
    (
        "fovea_confidence",
        "how far the fovea stands out from the best place on the disc's other side, 0 to 1",
        "",
    ),
    ("reasons", "why measurements have no value: name and reason code", ""),
)
OF_A_SEGMENT = (
    ("segment", "number of the segment; its place in the photograph's _graph.json", ""),
    ("start_kind", "what it starts at: end, branching, crossing, or ring for a vessel that closes on itself", ""),
    ("end_kind", "what it ends at", ""),
    ("length_px", "along the centreline", "px"),
    ("chord_px", "between its ends, straight", "px"),
    ("calibre_mean_px", "width, mean over its length", "px"),
    ("calibre_sd_px", "width, standard deviation over its length", "px"),
    ("tortuosity_distance", "length over distance between the ends, junctions left out; none where it is closed", ""),
    ("tortuosity_curvature_per_px", "absolute curvature, mean over its length, junctions left out", "1/px"),
    ("inflections", "how often it changes the side that it bends to", ""),
    ("row_px", "of its middle, from the top", "px"),
    ("column_px", "of its middle, from the left", "px"),
)


def write_dictionary(output: Output, *, units: Sequence[str]) -> None:
    """Write dictionary.csv: name, meaning, unit and source of every column of measurements.

    Args:
        output: where.
        units: that lengths are given in besides pixels: "um" or "deg".

    Raises:
        OutputError: it cannot be written.
    """
    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow(["column", "meaning", "region", "unit", "source"])
    for column, meaning, unit in OTHERS:
        table.writerow([column, meaning, "", unit, ""])
    for definition in MEASUREMENTS:
        for region in ("", *(REGIONS if definition.by_region else ())):
            for column, unit in columns_of(definition, region, units):
                where = REGIONS[region] if region else "whole field of view"
                table.writerow([column, definition.meaning, where, unit, definition.source])
    for column, meaning, unit in OF_A_SEGMENT:
        table.writerow([column, meaning, "a segment, in segments.csv", unit, ""])
    output.write("dictionary.csv", text.getvalue().encode())
