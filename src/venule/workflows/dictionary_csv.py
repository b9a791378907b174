"""The data dictionary beside results.csv."""

import csv
import io
from collections.abc import Sequence

from venule.batch import Output
from venule.measurement.graph import SEGMENT_COLUMNS
from venule.measurement.measured import dictionary_rows

OTHERS = (
    ("fov_diameter_px", "diameter of the field of view", "px"),
    ("laterality", "eye, as a DICOM file says: R, L, or B for both", ""),
    ("scale_from", "source of micrometres or degrees: given, dicom pixel spacing, or dicom field of view", ""),
    ("quality", "expected Dice against a manual drawing, 0 to 1; empty for a vessel map that was given", ""),
    ("quality_reasons", "what is wrong with the photograph, as codes; empty if nothing is", ""),
    ("disc_confidence", "confidence in the position of the optic disc, 0 to 1", ""),
    ("fovea_confidence", "confidence in the position of the fovea, 0 to 1", ""),
    ("reasons", "measurements without a value, each with its reason code", ""),
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
    table.writerows(dictionary_rows(units))
    for column, meaning, unit in SEGMENT_COLUMNS:
        table.writerow([column, meaning, "a segment, in segments.csv", unit, ""])
    output.write("dictionary.csv", text.getvalue().encode())
