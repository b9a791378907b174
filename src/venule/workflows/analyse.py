"""One photograph, analysed in memory: its vessels, its quality and its measurements."""

import json
from dataclasses import asdict, dataclass, replace
from typing import Any

import cv2
import numpy as np

from venule.measurement import Measured, Quality, Scale, assess_quality, measure
from venule.photograph import Photograph, find_fov, read_photograph
from venule.photograph.decode import is_dicom
from venule.photograph.mask import read_vessels
from venule.vessel_map import VesselMap
from venule.workflows.dicom import Metadata, metadata_of
from venule.workflows.segment import AV, SegmentPhotograph, encode_mask, encode_picture

VESSELS, GRAPH = "_vessels.png", "_graph.json"  # endings of a photograph's output files


@dataclass(frozen=True)
class MemoryFile:
    """A file in memory, such as an upload.

    Attributes:
        name: for messages; nothing is opened by it.
        content: of the file.
    """

    name: str
    content: bytes

    @property
    def is_dicom(self) -> bool:
        """Whether it is a DICOM file."""
        return is_dicom(self.content, name=self.name)


@dataclass(frozen=True, eq=False)
class Analysis:
    """What was found in a photograph.

    Attributes:
        found: its vessels.
        quality: of the photograph.
        measured: its measurements.
        metadata: its scale and eye, as given or as its file says.
        corrected: what a person corrected, in words.
    """

    found: VesselMap
    quality: Quality
    measured: Measured
    metadata: Metadata
    corrected: str = ""

    def row(self) -> dict[str, Any]:
        """The row of results.csv."""
        return {
            "fov_diameter_px": round(self.found.fov_diameter, 1),
            "laterality": self.metadata.laterality,
            "eye_found": self.measured.landmarks.eye,
            "centred_on": self.measured.landmarks.centred_on(self.found.middle),
            "scale_from": self.metadata.scale_from,
            "quality": self.quality.score,
            "quality_reasons": "; ".join(self.quality.reasons),
            "corrected": self.corrected,
            **self.measured.row(),
        }

    def outputs(self) -> dict[str, bytes]:
        """The files of the vessels, of arteries and veins where they are known, and of the graph, by their endings."""
        files = {VESSELS: encode_mask(self.found.vessels), GRAPH: json.dumps(describe(self.measured)).encode()}
        if self.found.arteries is not None:
            files[AV] = encode_picture(self.found.coloured())
        return files


def find_vessels(
    file: MemoryFile, segmentation: SegmentPhotograph, *, max_pixels: int, field_degrees: float | None = None
) -> VesselMap:
    """Find what a photograph in memory shows.

    Args:
        file: the photograph.
        segmentation: how vessels are found.
        max_pixels: a larger photograph is refused before memory is allocated for it.
        field_degrees: see `venule.segment`.

    Raises:
        PhotographError: it cannot be read, is too large, or is no fundus photograph.
        ModelError: the model is unknown or altered.
    """
    if segmentation.threads:
        cv2.setNumThreads(segmentation.threads)
    photograph = read_photograph(file.content, name=file.name, max_pixels=max_pixels)
    return segmentation.find(photograph, field_degrees=field_degrees)


def analyse(
    file: MemoryFile,
    segmentation: SegmentPhotograph,
    *,
    max_pixels: int,
    scale: Scale | None = None,
    arteries: MemoryFile | None = None,
    veins: MemoryFile | None = None,
) -> Analysis:
    """Find the vessels of a photograph, assess its quality, and measure it.

    Args:
        file: the photograph.
        segmentation: how vessels are found.
        max_pixels: a larger photograph or map is refused before memory is allocated for it.
        scale: the size of a pixel, as far as it is known; otherwise a DICOM photograph may give it.
        arteries: a mask of the arteries; None: not known.
        veins: a mask of the veins; None: not known.

    Raises:
        PhotographError: a file cannot be read or is too large, or the photograph is no fundus photograph.
        MaskError: a map is no mask, is empty or inverted, or has another size than the photograph.
        ModelError: the model is unknown or altered.
    """
    if arteries and veins:
        segmentation = replace(segmentation, av=None)
    field = scale.field_degrees if scale else None
    found = find_vessels(file, segmentation, max_pixels=max_pixels, field_degrees=field)
    metadata = metadata_of(file.name, file.content, given=scale or Scale(), fov_diameter=found.fov_diameter)
    maps = [
        read_vessels(one.content, found.fov, name=one.name, max_pixels=max_pixels) if one else None
        for one in (arteries, veins)
    ]
    if arteries or veins:
        found = found.with_kinds(*maps)
    measured = measure(found, scale=metadata.scale)
    return Analysis(found, assess_quality(found, measured), measured, metadata)


def describe(measured: Measured) -> dict[str, Any]:
    """Graph, disc and fovea as plain data, in pixels of the photograph."""
    return {**asdict(measured.landmarks), **measured.graph.to_dict()}


def warm_up(segmentation: SegmentPhotograph) -> None:
    """Load what a photograph needs, so that the first need not wait for it.

    Raises:
        ModelError: the model is unknown or altered.
    """
    image = np.zeros((256, 256, 3), np.uint8)
    cv2.circle(image, (128, 128), 120, (190, 100, 50), -1)
    for start, end in (((20, 128), (236, 128)), ((80, 50), (180, 210))):
        cv2.line(image, start, end, (120, 50, 25), 5)
    replace(segmentation, any_picture=True).find(Photograph(image, find_fov(image)))
    measure(image[..., 0] == 120, fov=image.any(axis=2))  # loads its libraries
