"""One photograph, looked at in memory: found, judged and measured, for those who ask for one at a time."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import ClassVar, Self

import cv2
import numpy as np

from venule.batch import Done, Joined
from venule.errors import MeasurementError, PhotographError
from venule.measurement import Measured, Quality, Scale, assess_quality, measure
from venule.photograph import Photograph, decode, find_fov
from venule.photograph.arrays import BoolArray
from venule.report.from_results import GRAPH, VESSELS
from venule.vessel_map import VesselMap
from venule.workflows.dicom import Known, known_of
from venule.workflows.measure import MeasurePhotograph, describe
from venule.workflows.segment import SegmentPhotograph, encode_mask


@dataclass(frozen=True)
class Content:
    """A file that somebody has given.

    Attributes:
        name: for messages; nothing is opened by it.
        content: of the file.
    """

    name: str
    content: bytes


@dataclass(frozen=True, eq=False)
class Look:
    """What was seen in a photograph.

    Attributes:
        found: its vessels.
        quality: of the photograph.
        measured: its measurements.
        known: its scale and which eye it shows, as far as somebody or its file says.
        arteries: bool (height, width); None: not known.
        veins: bool (height, width); None: not known.
    """

    found: VesselMap
    quality: Quality
    measured: Measured
    known: Known
    arteries: BoolArray | None
    veins: BoolArray | None

    def done(self) -> Done:
        """The same as the result of a file of `venule measure`."""
        about = {
            "fov_diameter_px": round(self.found.fov_diameter, 1),
            "laterality": self.known.laterality,
            "scale_from": self.known.scale_from,
            "quality": self.quality.score,
            "quality_reasons": "; ".join(self.quality.reasons),
        }
        outputs = {VESSELS: encode_mask(self.found.vessels), GRAPH: json.dumps(describe(self.measured)).encode()}
        return Done(outputs, {**about, **self.measured.row()})


@dataclass(frozen=True)
class LookAtEach:
    """The work of a batch on photographs that somebody has given, each with its maps.

    Attributes:
        finding: how vessels are found.
        scale: what is known of the size of a pixel; where that is nothing, DICOM photographs may say it.
        max_pixels: a larger photograph or map is refused before memory is taken for it.
        maps: by the name of a photograph's file, its "arteries" and "veins", where they are known.
        done: by the name of a photograph's file, what the same look at it has given before.
    """

    finding: SegmentPhotograph
    scale: Scale
    max_pixels: int
    maps: Mapping[str, Mapping[str, Content]] = field(default_factory=dict)
    done: Mapping[str, Done] = field(default_factory=dict)

    suffixes: ClassVar[tuple[str, ...]] = (VESSELS, GRAPH)
    joined: ClassVar[Mapping[str, Joined]] = {}
    parquet: ClassVar[bool] = False
    by_content: ClassVar[bool] = False  # maps are found by the name of the photograph

    @property
    def columns(self) -> Mapping[str, type]:
        """Of the row: as `venule measure` has them, with those of every unit that a DICOM photograph may give."""
        return MeasurePhotograph(self.finding, scale=self.scale, dicom_units=True).columns

    def with_threads(self, threads: int) -> Self:
        """The same: whoever has given `finding` has chosen its threads."""
        return self

    def __call__(self, path: str, content: bytes, /) -> Done:
        """Look at a photograph.

        Raises:
            PhotographError: it cannot be read, is too large, or is no fundus photograph.
            MeasurementError: a map has another size than the photograph.
        """
        name = PurePath(path).name
        if name in self.done:
            return self.done[name]
        maps = self.maps.get(name, {})
        given = Content(name, content)
        return look_at(given, self.finding, max_pixels=self.max_pixels, scale=self.scale, **maps).done()


def find_in(given: Content, finding: SegmentPhotograph, *, max_pixels: int) -> VesselMap:
    """The vessels of a photograph that is given as a file's content.

    Args:
        given: the photograph.
        finding: how vessels are found.
        max_pixels: a larger photograph is refused before memory is taken for it.

    Raises:
        PhotographError: it cannot be read, is too large, or is no fundus photograph.
        ModelError: the model is unknown or altered.
    """
    if finding.threads:
        cv2.setNumThreads(finding.threads)
    image = decode(given.content, max_pixels=max_pixels, name=given.name)
    try:
        photograph = Photograph(image, find_fov(image))
    except PhotographError as error:
        raise PhotographError(f"{given.name}: {error}", reason=error.reason) from error
    return finding.find(photograph)


def look_at(
    given: Content,
    finding: SegmentPhotograph,
    *,
    max_pixels: int,
    scale: Scale | None = None,
    arteries: Content | None = None,
    veins: Content | None = None,
) -> Look:
    """Find the vessels of a photograph, judge it, and measure it.

    Args:
        given: the photograph.
        finding: how vessels are found.
        max_pixels: a larger photograph or map is refused before memory is taken for it.
        scale: what is known of the size of a pixel; where that is nothing, a DICOM photograph may say it.
        arteries: a map of the arteries, bright where they are; None: not known.
        veins: a map of the veins; None: not known.

    Raises:
        PhotographError: a file cannot be read or is too large, or the photograph is no fundus photograph.
        MeasurementError: a map has another size than the photograph.
        ModelError: the model is unknown or altered.
    """
    found = find_in(given, finding, max_pixels=max_pixels)
    known = known_of(given.name, given.content, given=scale or Scale())
    maps = [_map_of(one, found, max_pixels) if one else None for one in (arteries, veins)]
    measured = measure(found, scale=known.scale, arteries=maps[0], veins=maps[1])
    return Look(found, assess_quality(found), measured, known, *maps)


def warm_up(finding: SegmentPhotograph) -> None:
    """Load what a photograph needs, so that the first need not wait for it.

    Raises:
        ModelError: the model is unknown or altered.
    """
    rows, columns = np.mgrid[:256, :256] - 128.0
    inside = np.hypot(rows, columns) < 120
    lines = inside & ((np.abs(rows) < 3) | (np.abs(columns - rows / 2) < 2))
    image = np.where(lines[..., None], (120, 50, 25), (190, 100, 50)) * inside[..., None]
    found = finding.find(Photograph(image.astype(np.uint8), find_fov(image.astype(np.uint8))))
    drawn = VesselMap(lines.astype(np.float32), lines, inside, 0.5, 240.0, "", found.image)
    measure(drawn)  # its loops are compiled on first use


def _map_of(given: Content, found: VesselMap, max_pixels: int) -> BoolArray:
    drawn = cv2.cvtColor(decode(given.content, max_pixels=max_pixels, name=given.name), cv2.COLOR_RGB2GRAY) > 127
    if drawn.shape != found.fov.shape:
        raise MeasurementError(
            f"{given.name} is {drawn.shape[1]}x{drawn.shape[0]}, its photograph {found.fov.shape[1]}x"
            f"{found.fov.shape[0]}: they must have the same size",
            reason="wrong-size",
        )
    return np.asarray(drawn & found.fov)
