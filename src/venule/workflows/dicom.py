"""DICOM in workflows: the scale and eye that a file gives, and results as DICOM files."""

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from venule.batch import Output
from venule.batch.addresses import is_remote
from venule.batch.archives import is_archive
from venule.batch.inputs import HEAD, find_inputs, has_ending
from venule.errors import PhotographError, missing_extra
from venule.models import model_folder, read_card
from venule.photograph.decode import is_dicom
from venule.photograph.eye_size import scale_error
from venule.vessel_map import VesselMap

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

    from venule.dicom.structured_report import Quantity
    from venule.measurement import Measured, Scale

SEG, SR = "_seg.dcm", "_sr.dcm"
UNITS = ("um", "deg")  # that DICOM may give a scale in
REFUSED = "dicom scale refused"


@dataclass(frozen=True)
class Metadata:
    """The scale of a photograph, and which eye it shows.

    Attributes:
        scale: of it.
        scale_from: "given" by the user, "dicom pixel spacing", "dicom field of view"; `REFUSED` where the file has a
            scale that is malformed, or that no eye has; "" where there is none.
        laterality: "R", "L", "B" for both, or "".
    """

    scale: "Scale"
    scale_from: str
    laterality: str = ""


def metadata_of(path: str, content: bytes, *, given: "Scale", fov_diameter: float) -> Metadata:
    """The scale that the user gives, otherwise that of the file, if an eye can have it; nothing is guessed.

    Args:
        path: of the photograph, for messages.
        content: of its file.
        given: the scale that the user gives; it goes first.
        fov_diameter: of its field of view, in pixels, by which the scale of the file is checked.

    Raises:
        PhotographError: it is DICOM that is damaged or shows no photograph.
    """
    scale, scale_from = given, "given" if given.unit_names else ""
    if not is_dicom(content, name=path):
        return Metadata(scale, scale_from)
    from venule.measurement import Scale  # here: what it needs takes longer to load than a photograph to segment
    from venule.photograph.dicom import facts_of, read_header

    facts = facts_of(read_header(content, name=path), name=path)
    if not scale_from:
        spacing, field = facts.micrometres_per_pixel, facts.field_degrees
        if spacing and not scale_error(um_per_pixel=spacing, fov_diameter=fov_diameter):
            scale, scale_from = Scale(um_per_pixel=spacing), "dicom pixel spacing"
        elif field and not scale_error(field_degrees=field):
            scale, scale_from = Scale(field_degrees=field), "dicom field of view"
        elif spacing or field or facts.malformed:
            scale_from = REFUSED
    return Metadata(scale, scale_from, facts.laterality)


def any_called_dicom(paths: Sequence[Path | str], output: Path | str) -> bool:
    """Whether a DICOM file is among the inputs, by its ending or, without one, by its first bytes.

    Archives and URLs are not searched: listing them is slow, and the batch does it anyway.
    """
    here = [path for path in paths if not is_remote(str(path)) and not is_archive(str(path))]
    found = find_inputs(here, suffixes=(".dcm",), output=Output.at(output), recognise=is_dicom)
    return any(source.path.lower().endswith(".dcm") or _is_unnamed_dicom(source.path) for source in found)


def _is_unnamed_dicom(path: str) -> bool:
    if has_ending(path) or not os.path.isfile(path):
        return False
    with suppress(OSError), open(path, "rb") as file:
        return is_dicom(file.read(HEAD))
    return False


def header_to_answer(path: str, content: bytes) -> "Dataset":
    """The header of a photograph whose results are to be DICOM.

    Raises:
        PhotographError: `not-dicom`, it has none.
    """
    if not is_dicom(content, name=path):
        raise PhotographError(
            f"{path} is not a DICOM file: a DICOM segmentation or report needs the patient and study of a DICOM "
            "photograph; leave --dicom-seg and --dicom-sr out",
            reason="not-dicom",
        )
    from venule.photograph.dicom import read_header

    return read_header(content, name=path)


def dicom_files(
    found: VesselMap,
    header: "Dataset",
    *,
    model: str,
    name: str,
    seg: bool = True,
    measured: "Measured | None" = None,
) -> dict[str, bytes]:
    """The results of a photograph as DICOM files, by their suffixes.

    Args:
        found: the vessels.
        header: of the photograph.
        model: name or folder of the model that found the vessels.
        name: of the photograph, for messages.
        seg: make a segmentation, `_seg.dcm`.
        measured: make a structured report of these measurements, `_sr.dcm`; it refers to the segmentation.

    Raises:
        PhotographError: the photograph has no identifiers to refer to it by.
        MissingExtraError: highdicom is not installed.
    """
    check_installed()
    from venule.dicom.provenance import Algorithm
    from venule.dicom.segmentation import encode, segmentation
    from venule.dicom.structured_report import structured_report

    card = read_card(model_folder(model))
    algorithm = Algorithm(card.name, card.sha256, found.threshold)
    files, made = {}, None
    if seg:
        masks = {"vessels": found.vessels, "arteries": found.arteries, "veins": found.veins}
        known = {kind: mask for kind, mask in masks.items() if mask is not None}
        made = segmentation(known, header, algorithm=algorithm, name=name)
        files[SEG] = encode(made)
    if measured is not None:
        values = quantities(measured)
        report = structured_report(values, header, algorithm=algorithm, name=name, segmentation=made)
        files[SR] = encode(report)
    return files


def quantities(measured: "Measured") -> "dict[str, list[Quantity]]":
    """What has a value, by region, in micrometres or degrees where the scale is known."""
    from venule.dicom.structured_report import Quantity
    from venule.measurement import REGIONS

    groups: dict[str, list[Quantity]] = {region: [] for region in ("", *REGIONS)}
    for _, unit, one in measured.in_best_units():
        if one.value is not None:
            groups[one.region].append(Quantity(one.name, one.value, one.lower, one.upper, unit))
    return {region: group for region, group in groups.items() if group}


def check_installed() -> None:
    """Check that results can be written as DICOM.

    Raises:
        MissingExtraError: highdicom is not installed.
    """
    if find_spec("highdicom") is None:
        raise missing_extra("dicom", "DICOM segmentations and reports need highdicom")
