"""Measure the vessels of many photographs."""

import csv
import io
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import reduce
from hashlib import sha256
from pathlib import Path
from typing import Any, Self

import cv2

from venule import __version__
from venule.batch import Batch, BatchResult, Done, Joined, Output, run
from venule.batch.addresses import is_remote
from venule.batch.inputs import find_inputs
from venule.batch.roots import folder_of, join_roots, located
from venule.datasets.dataset import read_file
from venule.errors import MaskError, MeasurementError, VenuleError
from venule.measurement import Measured, Quality, Scale, assess_quality, measure, table_columns
from venule.measurement.graph import SEGMENT_COLUMNS as OF_A_SEGMENT
from venule.measurement.measured import dictionary_rows
from venule.photograph import Photograph, read_photograph
from venule.photograph.arrays import BoolArray
from venule.photograph.decode import SUFFIXES, looks_like_photograph
from venule.photograph.mask import read_vessels
from venule.workflows.analyse import GRAPH, VESSELS, Analysis
from venule.workflows.corrections import CORRECTIONS, apply_corrections, correction_files
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
from venule.workflows.given_maps import find_map, shared_maps
from venule.workflows.segment import AV, SegmentPhotograph

SEGMENTS = "_segments.csv"
ENDINGS = {kind: (("", f"_{kind}"),) for kind in ("vessels", "arteries", "veins")}  # of the names of given maps
# Columns of a list that say what venule takes from elsewhere, without the marks between their words.
NOT_USED = {
    "field", "fielddegrees", "fielddeg", "fieldofview", "fov", "fovdegrees", "fovdeg", "cameraangle", "umperpixel",
    "umpixel", "umpx", "umperpx", "micrometresperpixel", "micrometersperpixel", "micronsperpixel", "mmperpixel",
    "pixelsize", "pixelsizeum", "pixelspacing", "scale", "scaleum", "resolution", "discum", "discdiameter",
    "discdiameterum", "opticdiscum", "diskum", "axiallength", "axiallengthmm", "eye", "laterality", "side", "odos",
}  # fmt: skip
_TEXTS = ("laterality", "eye_found", "centred_on", "scale_from", "quality_reasons", "corrected", "reasons")
SEGMENT_COLUMNS = {"path": str, **{name: str if name.endswith("_kind") else float for name, *_ in OF_A_SEGMENT}}
# Of dictionary.csv, besides the measurements: column, meaning and unit.
OTHER_COLUMNS = (
    ("fov_diameter_px", "diameter of the field of view", "px"),
    ("laterality", "eye, as a DICOM file says: R, L, or B for both", ""),
    ("eye_found", "eye, as disc and fovea show: R or L; empty if they were not both found", ""),
    ("centred_on", "disc or macula, if within a disc diameter of the middle of the field of view", ""),
    (
        "scale_from",
        "source of micrometres or degrees: given, dicom pixel spacing, dicom field of view; or dicom scale refused",
        "",
    ),
    ("quality", "expected Dice against a manual drawing, 0 to 1; empty for a vessel map that was given", ""),
    ("quality_reasons", "what is wrong with the photograph, as codes; empty if nothing is", ""),
    ("corrected", "what a person corrected, such as: disc, 3 segments; empty if nothing was", ""),
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
        shared: for each kind of map, the photographs that would have one map (see `shared_maps`).
        root: where the photographs lie, of which maps are given.
        corrections: folder with what a person corrected, see `venule.workflows.corrections`; None: nothing was.
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
    shared: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    root: str = ""
    corrections: Path | None = None

    @property
    def columns(self) -> Mapping[str, type]:
        """Columns of the row: photograph and quality, then every measurement in pixels and the other units."""
        about = ("fov_diameter_px", *_TEXTS[:4], "quality", "quality_reasons", "corrected")
        names = (*about, *table_columns(self.units))
        return {name: str if name in _TEXTS else float for name in names}

    @property
    def units(self) -> tuple[str, ...]:
        """The units besides pixels that the table has columns for."""
        return self.scale.unit_names or (UNITS if self.dicom_units else ())

    @property
    def suffixes(self) -> tuple[str, ...]:
        """Suffixes of the outputs."""
        kinds = bool(self.segmentation.av or self.arteries or self.veins)
        others = {AV: kinds, SEGMENTS: self.segments, SEG: self.segmentation.dicom_seg, SR: self.dicom_sr}
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
        """Given maps and corrections are found by the name of the photograph, not by its content."""
        return not self.maps and not (self.corrections and any(self.corrections.rglob(f"*{CORRECTIONS[:-5]}.*")))

    @property
    def maps(self) -> dict[str, Path]:
        """The folders with maps by their kind."""
        folders = {"vessels": self.vessels, "arteries": self.arteries, "veins": self.veins}
        return {kind: folder for kind, folder in folders.items() if folder is not None}

    def also_read(self, path: str, name: str, /) -> Sequence[Path]:
        """The maps of a photograph and its corrections, which a person may change between two runs."""
        try:
            return [*self._find_maps(path, name).values(), *self._corrected(name)]
        except MaskError:  # which the call raises, too
            return ()

    def with_threads(self, threads: int) -> Self:
        """The same with this number of threads for each process."""
        return replace(self, segmentation=self.segmentation.with_threads(threads))

    def __call__(self, path: str, content: bytes, name: str = "", /) -> Done:
        """Measure a photograph.

        Returns:
            `_vessels.png`, 0 and 255; `_av.png`, arteries and veins where they are known, in the colours of
            `VesselMap.coloured`; `_graph.json`, ends, branchings, crossings and segments, disc and fovea;
            `_segments.csv`, `_seg.dcm` and `_sr.dcm` where asked for. The row: every measurement, and the reasons of
            those that have no value.

        Raises:
            PhotographError: it cannot be read, is no fundus photograph, or no DICOM where that is asked for.
            MaskError: a map is missing, ambiguous, of another size, empty or inverted, or holds labels or grey levels.
            MeasurementError: the quality is too low.
        """
        try:
            return self._measure(path, content, name)
        except VenuleError as error:
            message = str(error)
            above = [f"{folder.parent}/" for folder in self.maps.values() if folder.is_absolute()]
            for place in (f"{self.root}/", *above):  # may be named after a person
                message = message.replace(place, "") if len(place) > 1 else message
            raise type(error)(message, reason=error.reason) from error

    def _measure(self, path: str, content: bytes, name: str) -> Done:
        if self.segmentation.threads:
            cv2.setNumThreads(self.segmentation.threads)
        header = header_to_answer(path, content) if self.dicom_sr or self.segmentation.dicom_seg else None
        maps = self._find_maps(located(path, self.root), name)
        photograph = read_photograph(content, name=path)
        metadata = metadata_of(path, content, given=self.scale, fov_diameter=photograph.fov.diameter)
        given = {kind: _read_map(file, photograph, path) for kind, file in maps.items()}
        drawn = given.pop("vessels", None)
        segmentation = replace(self.segmentation, av=None) if len(given) == 2 else self.segmentation
        found = segmentation.find(photograph, drawn, field_degrees=metadata.scale.field_degrees)
        if given:
            found = found.with_kinds(given.get("arteries"), given.get("veins"))
        found, corrected = apply_corrections(found, self._corrected(name))
        measured = measure(found, scale=metadata.scale)
        quality = assess_quality(found, measured)
        self._check(quality, path)
        analysis = Analysis(found, quality, measured, metadata, corrected)
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
        for name, folder in self.maps.items():
            if not folder.is_dir():
                raise VenuleError(
                    f"{folder} is not a folder: give --{name} the folder with the maps, named after their photographs"
                )
        found_by = self.segmentation.settings()
        if self.vessels:
            found_by = {"venule": __version__, **self.segmentation.models(), "model": None}
        given = {kind: _named(folder.resolve()) for kind, folder in self.maps.items()}
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

    def _corrected(self, name: str) -> list[Path]:
        """The files with the corrections of a photograph."""
        return correction_files(self.corrections, name) if self.corrections and name else []

    def _find_maps(self, path: str, name: str) -> dict[str, Path]:
        """The maps of a photograph by their kind."""
        maps: dict[str, Path] = {}
        for kind, folder in self.maps.items():
            file = find_map(folder, path, name=name, endings=ENDINGS[kind], shared=self.shared.get(kind))
            other = next((of for of, one in maps.items() if one == file), None)
            if other is not None:
                raise MaskError(f"{file} is given as the map of {other} and of {kind}", reason="ambiguous-map")
            maps[kind] = file
        return maps


def measure_files(
    paths: Sequence[Path | str], output: Path | str, *, work: MeasurePhotograph, batch: Batch | None = None
) -> BatchResult:
    """Measure the vessels of files, folders, patterns, lists and archives: see `venule.batch.batch`.

    What a person corrected is read from the output folder, see `venule.workflows.corrections`.

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
    if work.corrections is None and not is_remote(str(output)):
        work = replace(work, corrections=Path(output))
    if work.maps:
        found = list(find_inputs(paths, suffixes=SUFFIXES, output=Output.at(output), recognise=looks_like_photograph))
        listed = [(file.path, file.id) for file in found]
        shared = {kind: shared_maps(folder, listed, endings=ENDINGS[kind]) for kind, folder in work.maps.items()}
        work = replace(work, shared=shared, root=reduce(join_roots, map(folder_of, found), ""))
    result = run(
        paths,
        output,
        work=work,
        suffixes=SUFFIXES,
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


def _read_map(file: Path, photograph: Photograph, path: str) -> BoolArray:
    called = f"its photograph {path.rpartition('/')[-1]}"
    return read_vessels(read_file(file), photograph.fov.mask, name=str(file), photograph=called)


def _named(folder: Path) -> str:
    """The name of a folder, and a hash that tells it from others of that name; a path may name a person."""
    return f"{folder.name} (sha256 {sha256(os.fsencode(folder)).hexdigest()[:16]})"


def _segment_table(path: str, measured: Measured) -> bytes:
    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow(SEGMENT_COLUMNS)
    for row in measured.graph.rows():
        table.writerow([path, *("" if n is None else n if isinstance(n, str) else f"{n:.6g}" for n in row)])
    return text.getvalue().encode("utf-8", errors="backslashreplace")
