"""What segmentations and reports share: the photograph they refer to, the algorithm, and codes."""

import copy
from dataclasses import dataclass
from typing import Any

from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes
from pydicom.uid import generate_uid

from venule.errors import PhotographError

MAKER = "venule"
RETINA, VESSEL = codes.SCT.Retina, codes.SCT.BloodVessel
ARTERY, VEIN = codes.SCT.Artery, codes.SCT.Vein
SIDES = {"R": codes.SCT.Right, "L": codes.SCT.Left, "B": codes.SCT.Bilateral}  # CID 244
# Attributes that are required but may be empty; old files leave them out.
_MAY_BE_EMPTY = (
    "PatientID", "PatientName", "PatientBirthDate", "PatientSex", "AccessionNumber", "StudyID", "StudyDate",
    "StudyTime",
)  # fmt: skip
_REFERENCES = ("SOPClassUID", "SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID")


@dataclass(frozen=True)
class Algorithm:
    """The algorithm that found the vessels.

    Attributes:
        model: its name.
        sha256: of its network.
        threshold: of the probability.
    """

    model: str
    sha256: str
    threshold: float

    @property
    def parameters(self) -> dict[str, str]:
        """As DICOM's Algorithm Parameters."""
        return {"model": self.model, "sha256": self.sha256, "threshold": f"{self.threshold:g}"}


def source_of(header: Dataset, *, name: str) -> Dataset:
    """The header of a photograph, completed so that highdicom can refer to it.

    Args:
        header: of the photograph, without pixels.
        name: of the photograph, for messages.

    Raises:
        PhotographError: `no-identifier`, it has no identifiers to refer to it by.
    """
    missing = [attribute for attribute in _REFERENCES if not header.get(attribute)]
    if missing:
        raise PhotographError(
            f"{name} has no {' and no '.join(missing)}: results cannot refer to it; export it from the archive again",
            reason="no-identifier",
        )
    source = copy.deepcopy(header)
    for attribute in _MAY_BE_EMPTY:
        if attribute not in source:
            setattr(source, attribute, "")
    if "Modality" not in source:
        source.Modality = "OT"
    # highdicom looks for these in what may have several frames, as in an enhanced CT; photographs have none.
    measures, shared = Dataset(), Dataset()
    measures.PixelSpacing = header.get("PixelSpacing") or [1, 1]  # `venule.dicom.segmentation` takes it out again
    shared.PixelMeasuresSequence = [measures]
    source.NumberOfFrames, source.SharedFunctionalGroupsSequence = 1, [shared]
    return source


def frames_meant(header: Dataset) -> list[int] | None:
    """Which frames a reference must name: the first of several; None where there is one."""
    return [1] if int(header.get("NumberOfFrames") or 1) > 1 else None


def instance(series: int, description: str) -> dict[str, Any]:
    """What highdicom needs for a new object in a new series of its own."""
    return {
        "series_instance_uid": generate_uid(None),
        "series_number": series,
        "series_description": description,
        "sop_instance_uid": generate_uid(None),
        "instance_number": 1,
        "manufacturer": MAKER,
    }
