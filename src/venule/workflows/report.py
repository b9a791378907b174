"""The report of an output folder of `venule measure`, or of photographs in memory."""

import csv
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import cv2
from pydantic import BaseModel, ValidationError

from venule import __version__
from venule.batch import JournalRecord, Output, read_journal, read_path
from venule.batch.roots import located, root_at
from venule.batch.tables import harmless
from venule.batch.work import digest
from venule.errors import VenuleError, missing_extra
from venule.measurement import Scale
from venule.photograph import Photograph, read_photograph
from venule.photograph.decode import decode
from venule.report.html import make_report, report_title
from venule.report.pdf import make_pdf
from venule.report.pictures import make_pictures
from venule.report.sheet import Picture, Row, Sheet
from venule.vessel_map import colour_vessels, paint_over
from venule.workflows.analyse import GRAPH, VESSELS, MemoryFile, analyse
from venule.workflows.measure import MeasurePhotograph
from venule.workflows.segment import AV, SegmentPhotograph, decode_mask

NEEDED = ("path", "status", "reason", "message")  # columns of results.csv, besides the measurements
BEYOND = "cells beyond the heading"
GIVE = "give the output folder of venule measure"
PAGES = 100  # of a PDF: while one is written, it is in memory, 5 MB a page


class Model(BaseModel):
    """The model that found the vessels."""

    name: str


class Settings(BaseModel):
    """What the report says of the settings of `venule measure`."""

    model: Model | None = None
    threshold: float | None = None
    av: Model | None = None
    landmarks: Model | None = None
    vessels: str = ""
    arteries: str = ""
    veins: str = ""


class Manifest(BaseModel):
    """What the report says of manifest.json."""

    venule: str
    ended: str
    settings: Settings


def report_folder(output: Path, *, pdf: bool = False) -> list[Path]:
    """Write report.html into an output folder of `venule measure`, and report.pdf if asked for.

    Args:
        output: the folder, with results.csv and the graphs.
        pdf: also write a PDF with a page for each photograph, a hundred pages in a file.

    Returns:
        The files written.

    Raises:
        VenuleError: the folder is no output of `venule measure`.
        OutputError: the report cannot be written.
        MissingExtraError: matplotlib, which writes the PDF, is not installed.
    """
    if pdf and find_spec("matplotlib") is None:
        raise missing_extra("pdf", "report.pdf needs matplotlib")
    # Two rows of a list may have one path.
    records = {(record.path, harmless(";".join(record.outputs))): record for record in read_journal(output)}
    rows, root = _read_rows(output), root_at(output)
    manifest = _read_manifest(output / "manifest.json")
    maps = bool(manifest.settings.vessels or manifest.settings.arteries or manifest.settings.veins)
    sheets = [
        _sheet_of(output, row, records.get((row["path"], row.get("outputs", ""))), root, maps=maps) for row in rows
    ]
    made = f"venule {manifest.venule}, {manifest.ended[:10]}"
    folder = Output.at(output)
    with folder.writing("report.html") as file:
        for part in make_report(sheets, manifest.settings.model_dump(), made=made):
            file.write(part.encode("utf-8", errors="xmlcharrefreplace"))
    names = ["report.html"]
    for start in range(0, len(sheets) if pdf else 0, PAGES):
        names.append("report.pdf" if len(sheets) <= PAGES else f"report-{len(names):03}.pdf")
        with folder.writing(names[-1]) as file:
            make_pdf(file, sheets[start : start + PAGES], title=report_title(sheets))
    return [output / name for name in names]


def report_in_memory(
    photographs: Sequence[MemoryFile],
    maps: Sequence[Mapping[str, MemoryFile]],
    segmentation: SegmentPhotograph,
    *,
    max_pixels: int,
    scale: Scale,
) -> str:
    """The report of photographs in memory, as HTML. Nothing is written.

    Args:
        photographs: the files; one that cannot be analysed has its reason in the report.
        maps: of "arteries" and "veins" of each photograph, where they are known.
        segmentation: how vessels are found.
        max_pixels: a larger photograph is refused before memory is allocated for it.
        scale: the size of a pixel, as far as it is known.

    Raises:
        ModelError: the model is unknown or altered.
    """
    settings = MeasurePhotograph(segmentation, scale=scale).settings()
    sheets = []
    for photograph, its in zip(photographs, maps, strict=True):
        draw = None
        try:
            analysis = analyse(photograph, segmentation, max_pixels=max_pixels, scale=scale, **its)
            row = {column: "" if value is None else str(value) for column, value in analysis.row().items()}
            draw = partial(_pictures_in_memory, photograph, analysis.outputs(), max_pixels)
        except Exception as error:  # one photograph must not end the report
            row = {"reason": getattr(error, "reason", "unexpected-error"), "message": str(error)}
        sheets.append(Sheet(row, photograph.name, draw=draw))
    today = datetime.now(UTC).date().isoformat()
    return "".join(make_report(sheets, settings, made=f"venule {__version__}, {today}"))


def _pictures(photograph: Photograph, files: Mapping[str, bytes]) -> Sequence[Picture]:
    try:
        fov = photograph.fov.mask
        vessels = decode_mask(files[VESSELS]) & fov
        colours = decode(files[AV], name=AV) if AV in files else colour_vessels(vessels, None, None)
        overlay = paint_over(photograph.image, fov, colours, kinds=AV in files)
        graph = json.loads(files[GRAPH])
        return make_pictures(photograph, vessels, overlay=overlay, kinds=AV in files, graph=graph)
    except (ValueError, LookupError, TypeError, AttributeError, cv2.error) as error:
        raise VenuleError(
            f"its files {VESSELS} and {GRAPH} are damaged, or of another photograph; measure it again"
        ) from error


def _pictures_in_memory(file: MemoryFile, outputs: Mapping[str, bytes], max_pixels: int) -> Sequence[Picture]:
    photograph = read_photograph(file.content, name=file.name, max_pixels=max_pixels)
    return _pictures(photograph, outputs)


def _sheet_of(output: Path, row: Row, record: JournalRecord | None, root: str | None, *, maps: bool) -> Sheet:
    """The sheet of a photograph; with `maps`, the content of its record is also that of maps that were given."""
    path = row["path"]
    if row["status"] != "ok":
        return Sheet(row, Path(path).name, path)
    graphs = [name for name in record.outputs if name.endswith(GRAPH)] if record else []
    name = graphs[0].removesuffix(GRAPH) if graphs else ""

    def draw() -> Sequence[Picture]:
        if record is None or not name:
            raise VenuleError("the journal does not name its files; venule measure --resume makes them again")
        try:
            made = [suffix for suffix in (VESSELS, GRAPH, AV) if f"{name}{suffix}" in record.outputs]
            files = {suffix: Output.at(output).read(f"{name}{suffix}") for suffix in made}
        except OSError as error:
            raise VenuleError(
                f"{Path(error.filename).name} cannot be read ({error.strerror}); venule measure --resume makes it again"
            ) from error
        if root is None:
            raise VenuleError(f"nothing here says where {path} lies; venule measure --resume, with its folder, does")
        try:
            content = read_path(located(path, root))
        except VenuleError as error:  # without the folders above, which may be named after people
            raise VenuleError(str(error).replace(located("", root), "")) from error
        if len(content) != record.size or (not maps and digest(content) != record.content):
            raise VenuleError(f"{path} has changed since it was measured; venule measure --resume measures it again")
        return _pictures(read_photograph(content, name=path), files)

    return Sheet(row, row.get("id") or name or Path(path).name, path, draw)


def _read_manifest(path: Path) -> Manifest:
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except OSError as error:
        raise VenuleError(f"{path} cannot be read ({error.strerror}): {GIVE}", reason="no-results") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        raise _changed(f"{path}, {place}: {first['msg']}, got {str(first['input'])[:40]!r}") from error


def _read_rows(output: Path) -> list[dict[str, str]]:
    path = output / "results.csv"
    if not path.exists() and (output / "results").is_dir():
        raise VenuleError(
            f"{output} has no vessel maps and graphs to show, because its layout is parquet; measure the photographs "
            "again with --layout mirrored",
            reason="no-results",
        )
    rows = []
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            table = csv.DictReader(file, restkey=BEYOND, strict=True)
            _check_heading(path, table.fieldnames or ())
            for row in table:
                if wrong := _wrong_in(row):
                    raise _changed(f"{path}, line {table.line_num}: {wrong}")
                rows.append(row)
    except OSError as error:
        raise VenuleError(f"{path} cannot be read ({error.strerror}): {GIVE}", reason="no-results") from error
    except UnicodeDecodeError as error:
        raise _changed(f"{path} is not in UTF-8") from error
    except csv.Error as error:
        raise _changed(f"{path}, line {table.line_num}: {error}") from error
    if not rows:
        raise VenuleError(f"{path} holds no measurements: {GIVE}", reason="no-results")
    return rows


def _check_heading(path: Path, heading: Sequence[str]) -> None:
    if missing := [name for name in (*NEEDED, "vessel_density") if name not in heading]:
        for separator, name in ((";", "semicolons"), ("\t", "tabs")):
            if any(separator in cell for cell in heading):
                raise _changed(f"{path} has {name} between its columns, not commas")
        raise VenuleError(
            f"{path} holds no measurements, for it has no column {missing[0]!r}: {GIVE}", reason="no-results"
        )
    if len(set(heading)) < len(heading):
        raise _changed(f"{path} has two columns {max(heading, key=list(heading).count)!r}")


def _wrong_in(row: Mapping[str, str | None]) -> str:
    """What is wrong with the form of a row; "" if nothing is. Cells without a number are shown as they are."""
    if BEYOND in row or None in row.values():
        return f"it has {'more' if BEYOND in row else 'fewer'} cells than the heading"
    return "" if row["status"] in ("ok", "failed") else f"the status {row['status']!r} is neither ok nor failed"


def _changed(what: str) -> VenuleError:
    again = "it may have been changed by another program; venule measure --resume writes it again"
    return VenuleError(f"{what}: {again}", reason="bad-table")
