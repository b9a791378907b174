"""Measure the vessels of many photographs."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any, Self

import cv2

from venule import __version__
from venule.batch import Batch, BatchResult, Done, Joined, Output, run
from venule.datasets.folder import files_by_stem
from venule.errors import MeasurementError, VenuleError
from venule.measurement import Measured, Quality, Scale, assess_quality, measure, table_columns
from venule.measurement.graph import SEGMENT_COLUMNS as OF_A_SEGMENT
from venule.measurement.measured import dictionary_rows
from venule.photograph import Photograph, read_photograph
from venule.photograph.arrays import BoolArray
from venule.photograph.decode import looks_like_photograph
from venule.photograph.mask import read_vessels
from venule.vessel_map import VesselMap
from venule.workflows.analyse import GRAPH, VESSELS, Analysis
from venule.workflows.dicom import (
    SEG,
    SR,
    UNITS,
    any_called_dicom,
    check_installed,
    dicom_files,
    header_to_answer,
    metadata_of,
)
from venule.workflows.segment import PHOTOGRAPH_SUFFIXES, SegmentPhotograph

SEGMENTS = "_segments.csv"
# Columns of a list that say what venule takes from elsewhere, without the marks between their words.
NOT_USED = {
    "field", "fielddegrees", "fielddeg", "fieldofview", "fov", "fovdegrees", "fovdeg", "cameraangle", "umperpixel",
    "umpixel", "umpx", "umperpx", "micrometresperpixel", "micrometersperpixel", "micronsperpixel", "mmperpixel",
    "pixelsize", "pixelsizeum", "pixelspacing", "scale", "scaleum", "resolution", "discum", "discdiameter",
    "discdiameterum", "opticdiscum", "diskum", "axiallength", "axiallengthmm", "eye", "laterality", "side", "odos",
}  # fmt: skip
_TEXTS = ("laterality", "scale_from", "quality_reasons", "reasons")
SEGMENT_COLUMNS = {"path": str, **{name: str if name.endswith("_kind") else float for name, *_ in OF_A_SEGMENT}}
# Of dictionary.csv, besides the measurements: column, meaning and unit.
OTHER_COLUMNS = (
    ("fov_diameter_px", "diameter of the field of view", "px"),
    ("laterality", "eye, as a DICOM file says: R, L, or B for both", ""),
    ("scale_from", "source of micrometres or degrees: given, dicom pixel spacing, or dicom field of view", ""),
    ("quality", "expected Dice against a manual drawing, 0 to 1; empty for a vessel map that was given", ""),
    ("quality_reasons", "what is wrong with the photograph, as codes; empty if nothing is", ""),
    ("disc_confidence", "confidence in the position of the optic disc, 0 to 1", ""),
    ("fovea_confidence", "confidence in the position of the fovea, 0 to 1", ""),
    ("reasons", "measurements without a value, each with its reason code", ""),
)


@dataclass(frozen=True)
class MeasurePhotograph:
    """The work on one photograph: decode, segment or take a given vessel map, measure, encode.

    Attributes:
        segmentation: how vessels are found where no maps are given.
        vessels: folder with vessel maps to measure, named after their photographs; None: venule finds the vessels.
        arteries: folder with maps of the arteries among the vessels; None: not known.
        veins: folder with maps of the veins; None: not known.
        scale: the size of a pixel, as far as it is known; otherwise DICOM photographs may give it.
        segments: also write a table of the segments.
        min_quality: score below which a photograph is refused; None: all are measured.
        dicom_sr: also write a DICOM structured report; only of DICOM photographs.
        dicom_units: add columns for the units that DICOM photographs may give.
    """

    segmentation: SegmentPhotograph = field(default_factory=SegmentPhotograph)
    vessels: Path | None = None
    arteries: Path | None = None
    veins: Path | None = None
    scale: Scale = field(default_factory=Scale)
    segments: bool = False
    min_quality: float | None = None
    dicom_sr: bool = False
    dicom_units: bool = False

    @property
    def columns(self) -> Mapping[str, type]:
        """Columns of the row: photograph and quality, then every measurement in pixels and the other units."""
        about = ("fov_diameter_px", "laterality", "scale_from", "quality", "quality_reasons")
        names = (*about, *table_columns(self.units))
        return {name: str if name in _TEXTS else float for name in names}

    @property
    def units(self) -> tuple[str, ...]:
        """The units besides pixels that the table has columns for."""
        return self.scale.unit_names or (UNITS if self.dicom_units else ())

    @property
    def suffixes(self) -> tuple[str, ...]:
        """Suffixes of the outputs."""
        others = {SEGMENTS: self.segments, SEG: self.segmentation.dicom_seg, SR: self.dicom_sr}
        return (VESSELS, GRAPH, *(suffix for suffix, asked in others.items() if asked))

    @property
    def joined(self) -> Mapping[str, Joined]:
        """The table of the segments of all photographs."""
        return {SEGMENTS: Joined("segments", SEGMENT_COLUMNS)} if self.segments else {}

    @property
    def parquet(self) -> bool:
        """The table is also written as Parquet."""
        return True

    @property
    def by_content(self) -> bool:
        """Given maps are found by the name of the photograph, not by its content."""
        return not (self.vessels or self.arteries or self.veins)

    def with_threads(self, threads: int) -> Self:
        """The same with this number of threads for each process."""
        return replace(self, segmentation=self.segmentation.with_threads(threads))

    def __call__(self, path: str, content: bytes, /) -> Done:
        """Measure a photograph.

        Returns:
            `_vessels.png`, 0 and 255; `_graph.json`, ends, branchings, crossings and segments, disc and fovea;
            `_segments.csv`, `_seg.dcm` and `_sr.dcm` where asked for. The row: every measurement, and the reasons of
            those that have no value.

        Raises:
            PhotographError: it cannot be read, is no fundus photograph, or no DICOM where that is asked for.
            MeasurementError: a map is missing or of another size, or the quality is too low.
        """
        if self.segmentation.threads:
            cv2.setNumThreads(self.segmentation.threads)
        header = header_to_answer(path, content) if self.dicom_sr or self.segmentation.dicom_seg else None
        photograph = read_photograph(content, name=path)
        metadata = metadata_of(path, content, given=self.scale)
        found = self._find(photograph, path)
        quality = assess_quality(found)
        self._check(quality, path)
        kinds = {name: _map_of(folder, path, found.fov) for name, folder in self._kinds() if folder is not None}
        measured = measure(found, scale=metadata.scale, **kinds)
        analysis = Analysis(found, quality, measured, metadata)
        outputs = analysis.outputs()
        if self.segments:
            outputs[SEGMENTS] = _segment_table(path, measured)
        if header is not None:
            outputs |= dicom_files(
                found,
                header,
                model=self.segmentation.model,
                name=path,
                seg=self.segmentation.dicom_seg,
                measured=measured if self.dicom_sr else None,
            )
        return Done(outputs, analysis.row())

    def settings(self) -> dict[str, Any]:
        """Everything that the results depend on, besides the photograph.

        Raises:
            ModelError: the model is unknown or altered.
            VenuleError: an option is wrong, or a folder with maps is not there.
        """
        if self.min_quality is not None and not 0 <= self.min_quality <= 1:
            raise VenuleError(f"--min-quality {self.min_quality:g} is not a score: give a number from 0 to 1")
        if self.min_quality is not None and self.vessels:
            raise VenuleError(
                "--min-quality cannot be used with --vessels: the score needs the probabilities of a network"
            )
        if self.dicom_sr or self.segmentation.dicom_seg:
            if self.vessels:
                raise VenuleError(
                    "--dicom-seg and --dicom-sr name the model that found the vessels: leave out --vessels"
                )
            check_installed()
        folders = dict(self._kinds(), vessels=self.vessels)
        for name, folder in folders.items():
            if folder is not None and not folder.is_dir():
                raise VenuleError(
                    f"{folder} is not a folder: give --{name} the folder with the maps, named after their photographs"
                )
        found_by = {"venule": __version__} if self.vessels else self.segmentation.settings()
        given = {name: str(folder.resolve()) for name, folder in folders.items() if folder is not None}
        return {
            **found_by,
            **given,
            "scale": asdict(self.scale),
            "segments": self.segments,
            "min_quality": self.min_quality,
            "dicom_sr": self.dicom_sr,
        }

    def _check(self, quality: Quality, path: str) -> None:
        if self.min_quality is not None and quality.score is not None and quality.score < self.min_quality:
            why = f" ({', '.join(quality.reasons)})" if quality.reasons else ""
            raise MeasurementError(
                f"{path} has a quality of {quality.score:.2f}, below {self.min_quality:g}{why}: take another "
                "photograph or measure it without --min-quality",
                reason="low-quality",
            )

    def _kinds(self) -> tuple[tuple[str, Path | None], ...]:
        return ("arteries", self.arteries), ("veins", self.veins)

    def _find(self, photograph: Photograph, path: str) -> VesselMap:
        if self.vessels is None:
            return self.segmentation.find(photograph)
        return VesselMap.from_mask(_map_of(self.vessels, path, photograph.fov.mask), photograph)


def measure_files(
    paths: Sequence[Path | str], output: Path | str, *, work: MeasurePhotograph, batch: Batch | None = None
) -> BatchResult:
    """Measure the vessels of files, folders, patterns, lists and archives: see `venule.batch.batch`.

    Besides the files of every batch, this writes `dictionary.csv`, the meaning of each column; with `work.segments`,
    `segments.csv`, one row for each segment of every photograph; and both tables as Parquet
    where pyarrow is installed.

    Args:
        paths: of the photographs.
        output: folder for the results, or URL.
        work: the options; threads are set so that processes x threads are the cores.
        batch: how it runs.

    Raises:
        VenuleError: nothing is found, the output folder is in use, or an option is wrong.
    """
    settings = work.settings()
    # The columns are fixed before any file is read; without DICOM files, hundreds of them would stay empty.
    work = replace(work, dicom_units=not work.scale.unit_names and any_called_dicom(paths, output))
    result = run(
        paths,
        output,
        work=work,
        suffixes=PHOTOGRAPH_SUFFIXES,
        recognise=looks_like_photograph,
        settings=settings,
        batch=batch,
    )
    _write_dictionary(result.output, work.units)
    if unused := [name for name in result.carried if re.sub(r"[^a-z0-9]", "", name.lower()) in NOT_USED]:
        result.notes.append(
            f"copied from the list, and not used: {', '.join(unused)}; a scale comes from --field, --um-per-pixel or "
            "--disc-um, the same for all photographs, or from DICOM, and which eye it is from DICOM"
        )
    return result


def _write_dictionary(output: Output, units: Sequence[str]) -> None:
    """Write dictionary.csv: name, meaning, unit and source of every column, lengths in pixels and these units."""
    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow(["column", "meaning", "region", "unit", "source"])
    for column, meaning, unit in OTHER_COLUMNS:
        table.writerow([column, meaning, "", unit, ""])
    table.writerows(dictionary_rows(units))
    for column, meaning, unit in OF_A_SEGMENT:
        table.writerow([column, meaning, "a segment, in segments.csv", unit, ""])
    output.write("dictionary.csv", text.getvalue().encode())


def _map_of(folder: Path, photograph: str, fov: BoolArray) -> BoolArray:
    """The map named after a photograph, with or without `_vessels`, inside the field of view.

    Of photographs with the same name in several folders, the map in a folder of the same name counts first.
    """
    name = PurePosixPath(photograph).name
    stem = name.rsplit(".", 1)[0].lower()
    parents = [part for part in PurePosixPath(photograph).parts[:-1] if part not in ("/", ".", "..")]
    for start in range(len(parents) + 1):  # as deep as the photograph lies, then less
        there = _files(folder.joinpath(*parents[start:]))
        path = there.get(stem) or there.get(f"{stem}_vessels")
        if path is not None:
            break
    else:
        raise MeasurementError(
            f"{folder} has no map for {name}: name it {stem}.png or {stem}_vessels.png",
            reason="no-vessel-map",
        )
    return read_vessels(path, fov, photograph=f"its photograph {name}")


@lru_cache(maxsize=64)
def _files(folder: Path) -> dict[str, Path]:
    return files_by_stem(folder)


def _segment_table(path: str, measured: Measured) -> bytes:
    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow(SEGMENT_COLUMNS)
    for number, start, end, *values in measured.graph.rows():
        table.writerow([path, number, start, end, *("" if n is None else f"{n:.6g}" for n in values)])
    return text.getvalue().encode("utf-8", errors="backslashreplace")
