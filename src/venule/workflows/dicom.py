"""What a batch does with DICOM beside pixels: the scale that it gives, and results as DICOM."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from venule.batch.addresses import absolute, is_remote
from venule.batch.archives import is_archive
from venule.batch.inputs import find_inputs
from venule.errors import PhotographError, missing_extra
from venule.models import load_model
from venule.photograph.signature import is_dicom
from venule.vessel_map import VesselMap

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

    from venule.dicom.provenance import Algorithm
    from venule.measurement import Measured, Scale

SEG, SR = "_seg.dcm", "_sr.dcm"
UNITS = ("um", "deg")  # that DICOM may give a scale in


@dataclass(frozen=True)
class Known:
    """What is known of a photograph beside its pixels.

    Attributes:
        scale: of it.
        scale_from: "given" by the user, "dicom pixel spacing", "dicom field of view", or "" where there is none.
        laterality: "R", "L", "B" for both, or "".
    """

    scale: "Scale"
    scale_from: str
    laterality: str = ""


def known_of(path: str, content: bytes, *, given: "Scale") -> Known:
    """The scale that the user gives, else that of the file; nothing is guessed.

    Raises:
        PhotographError: it is DICOM that is damaged or shows no photograph.
    """
    scale_from = "given" if given.unit_names else ""
    if not is_dicom(content, name=path):
        return Known(given, scale_from)
    from venule.measurement import Scale  # here: what it needs takes longer to load than a photograph to segment
    from venule.photograph.dicom import facts_of, read_header

    facts = facts_of(read_header(content, name=path), name=path)
    if scale_from:
        return Known(given, scale_from, facts.laterality)
    if facts.micrometres_per_pixel:
        return Known(Scale(um_per_pixel=facts.micrometres_per_pixel), "dicom pixel spacing", facts.laterality)
    if facts.field_degrees:
        return Known(Scale(field_degrees=facts.field_degrees), "dicom field of view", facts.laterality)
    return Known(given, "", facts.laterality)


def any_called_dicom(paths: Sequence[Path | str], output: Path | str) -> bool:
    """Whether a file called .dcm is among those that are meant.

    Archives and URLs are not looked into: they are slow to list, and the batch does that once already.
    """
    here = [path for path in paths if not is_remote(str(path)) and not is_archive(str(path))]
    found = find_inputs(here, suffixes=(".dcm",), leave_out=absolute(output))
    return any(source.path.lower().endswith(".dcm") for source in found)


def header_to_answer(path: str, content: bytes) -> "Dataset":
    """The header of a photograph whose results are to be DICOM.

    Raises:
        PhotographError: `not-dicom`, it has none.
    """
    if not is_dicom(content, name=path):
        raise PhotographError(
            f"{path} is no DICOM file: a DICOM segmentation or report belongs to the patient and study of its "
            "photograph; ask for it of DICOM photographs alone",
            reason="not-dicom",
        )
    from venule.photograph.dicom import read_header

    return read_header(content, name=path)


def encode_seg(found: VesselMap, header: "Dataset", *, model: str, name: str) -> bytes:
    """The file of a DICOM Segmentation of vessels.

    Args:
        found: the vessels.
        header: of the photograph.
        model: name or folder of the model that found them.
        name: what messages call the photograph.

    Raises:
        PhotographError: the photograph has no identifiers to refer to it by.
        MissingExtraError: highdicom is not installed.
    """
    check_installed()
    from venule.dicom.segmentation import encode, segmentation

    return encode(segmentation(found.vessels, header, algorithm=algorithm_of(found, model=model), name=name))


def encode_sr(found: VesselMap, measured: "Measured", header: "Dataset", *, model: str, name: str) -> bytes:
    """The file of a DICOM structured report of measurements; see `encode_seg`."""
    check_installed()
    from venule.dicom.segmentation import encode
    from venule.dicom.structured_report import report

    return encode(report(measured, header, algorithm=algorithm_of(found, model=model), name=name))


def algorithm_of(found: VesselMap, *, model: str) -> "Algorithm":
    """What found the vessels, by the name or folder of its model."""
    from venule.dicom.provenance import Algorithm

    card = load_model(model).card
    return Algorithm(card.name, card.sha256, found.threshold)


def check_installed() -> None:
    """See that results can be written as DICOM.

    Raises:
        MissingExtraError: highdicom is not installed.
    """
    if find_spec("highdicom") is None:
        raise missing_extra("dicom", "DICOM segmentations and reports need highdicom")
