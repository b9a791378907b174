"""What a person corrects of a photograph's findings, as small files beside the results.

`NAME_corrections.json` holds disc, fovea and kinds of segments; `NAME_corrections.png` vessels that were added (255)
and removed (127). To take a correction back, delete the file.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, Self

import cv2
import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from venule.errors import MaskError
from venule.photograph.arrays import BoolArray
from venule.photograph.decode import decode
from venule.photograph.mask import check_size
from venule.vessel_map import Disc, Fovea, Landmarks, VesselMap

CORRECTIONS, VESSEL_CORRECTIONS = "_corrections.json", "_corrections.png"
ADDED, REMOVED = 255, 127
ABOUT = 1.5  # pixels beside a segment, beyond half of its width, that are corrected with it
Kind = Literal["artery", "vein", "unsure"]


class Place(BaseModel):
    """A point of the photograph, in pixels."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    row: float = Field(ge=-0.5)
    column: float = Field(ge=-0.5)


class Circle(Place):
    """A circle in the photograph, in pixels."""

    diameter: float = Field(gt=0)


class SegmentKind(BaseModel):
    """What a segment is.

    Attributes:
        kind: "artery", "vein" or "unsure".
        width: of the segment, pixels.
        centreline: (row, column) points, pixels.
    """

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    kind: Kind
    width: float = Field(gt=0)
    centreline: tuple[tuple[float, float], ...] = Field(min_length=1)


class Corrections(BaseModel):
    """What a person corrected; what is not named here stays as it was found.

    Attributes:
        disc: where the optic disc is; None: it is not shown.
        fovea: where the fovea is; None: it is not shown.
        segments: what segments are; of two that overlap, the later one counts.

    Example:
        >>> corrections = Corrections(fovea=Place(row=100, column=120))
        >>> corrections.apply(found).landmarks.fovea.centre
        (100.0, 120.0)
        >>> corrections.names()
        'fovea'
    """

    model_config = ConfigDict(extra="forbid")

    disc: Circle | None = None
    fovea: Place | None = None
    segments: tuple[SegmentKind, ...] = ()

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("it corrects nothing: delete it, or name disc, fovea or segments")
        return self

    def apply(self, found: VesselMap) -> VesselMap:
        """The map with what was corrected."""
        landmarks = found.landmarks or Landmarks()
        if "disc" in self.model_fields_set:
            disc = Disc((self.disc.row, self.disc.column), self.disc.diameter, 1.0) if self.disc else None
            landmarks = replace(landmarks, disc=disc)
        if "fovea" in self.model_fields_set:
            fovea = Fovea((self.fovea.row, self.fovea.column), 1.0) if self.fovea else None
            landmarks = replace(landmarks, fovea=fovea)
        if {"disc", "fovea"} & self.model_fields_set:
            found = replace(found, landmarks=landmarks)
        return _with_segments(found, self.segments)

    def names(self) -> str:
        """What was corrected, in words, such as "disc, 3 segments"."""
        count = len(self.segments)
        parts = [name for name in ("disc", "fovea") if name in self.model_fields_set]
        return ", ".join([*parts, *([f"{count} segment{'s' if count > 1 else ''}"] if count else [])])


def _with_segments(found: VesselMap, segments: Sequence[SegmentKind]) -> VesselMap:
    if not segments:
        return found
    half = np.full(found.fov.shape, 0.5, np.float32)
    artery = (half if found.artery_probability is None else found.artery_probability).copy()
    vein = (half if found.vein_probability is None else found.vein_probability).copy()
    for segment in segments:
        drawn = np.zeros(found.fov.shape, np.uint8)
        line = np.rint(np.array(segment.centreline)[:, ::-1]).astype(np.int32)
        cv2.polylines(drawn, [line], False, 1, max(1, round(segment.width + 2 * ABOUT)))
        artery[drawn > 0] = {"artery": 1.0, "vein": 0.0, "unsure": 0.5}[segment.kind]
        vein[drawn > 0] = {"artery": 0.0, "vein": 1.0, "unsure": 0.5}[segment.kind]
    return replace(found, artery_probability=artery, vein_probability=vein)


def correction_files(folder: Path, name: str) -> list[Path]:
    """The files with the corrections of a photograph that there are.

    Args:
        folder: of the results.
        name: of the photograph's results, without their endings.
    """
    return [path for ending in (CORRECTIONS, VESSEL_CORRECTIONS) if (path := folder / f"{name}{ending}").is_file()]


def apply_corrections(found: VesselMap, files: Sequence[Path]) -> tuple[VesselMap, str]:
    """Apply what a person corrected.

    Args:
        found: what was found.
        files: of `correction_files`.

    Returns:
        The corrected map, and what was corrected in words; the same map and "" without files.

    Raises:
        MaskError: `bad-corrections`: a file is not as venule writes it. Or the picture has another size.
        PhotographError: the picture cannot be decoded.
    """
    pictures = [path for path in files if path.name.endswith(VESSEL_CORRECTIONS)]
    for path in pictures:
        found = _correct_vessels(found, path.read_bytes(), name=str(path))
    parts = []
    for path in files:
        if path not in pictures:
            corrections = _read(path)
            found = corrections.apply(found)
            parts.append(corrections.names())
    return found, ", ".join([*parts, *(["vessels"] if pictures else [])])


def _read(path: Path) -> Corrections:
    try:
        return Corrections.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first: dict[str, Any] = dict(error.errors()[0])
        where = ".".join(map(str, first["loc"])) or "the file"
        raise MaskError(
            f"{path}, {where}: {first['msg']}; correct it, or delete it to measure what was found",
            reason="bad-corrections",
        ) from error


def _correct_vessels(found: VesselMap, content: bytes, *, name: str) -> VesselMap:
    levels = np.asarray(decode(content, name=name))
    levels = levels[..., 0] if levels.ndim == 3 else levels
    check_size(levels, found.fov.shape, name=name)
    if wrong := sorted({*np.unique(levels).tolist()} - {0, REMOVED, ADDED}):
        raise MaskError(
            f"{name} has the level {wrong[0]}: 255 adds a vessel, 127 removes one, 0 changes nothing",
            reason="bad-corrections",
        )
    return found.redrawn((found.vessels | (levels == ADDED)) & (levels != REMOVED), name=name)


def encode_vessel_corrections(found: BoolArray, drawn: BoolArray) -> bytes | None:
    """The picture of what a person added and removed, a PNG; None where nothing was."""
    levels = np.where(drawn & ~found, ADDED, np.where(found & ~drawn, REMOVED, 0)).astype(np.uint8)
    return cv2.imencode(".png", levels)[1].tobytes() if levels.any() else None
