"""The report of an output folder of `venule measure`."""

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from venule.batch import Output, read_journal, read_path
from venule.errors import VenuleError
from venule.measurement import MEASUREMENTS
from venule.photograph import Photograph, read_photograph
from venule.report.from_results import make_sheet
from venule.report.html import Report, make_report
from venule.report.labels import LABELS, SHOWN
from venule.report.pdf import make_pdf
from venule.report.sheet import Sheet

PAGES = 100  # of a PDF: while one is written, it is in memory, 5 MB a page
ALIKE = 1.1  # times the smallest field of view, up to which lengths in pixels can be compared


def report_folder(output: Path, *, pdf: bool = False) -> list[Path]:
    """Write report.html into an output folder of `venule measure`, and report.pdf if asked for.

    Args:
        output: the folder, with results.csv and the graphs.
        pdf: a page a photograph as PDF, too; a hundred pages a file.

    Returns:
        What was written.

    Raises:
        VenuleError: the folder is no output of `venule measure`.
        OutputError: the report cannot be written.
    """
    rows = _read_rows(output)
    outputs = {record.path: record.outputs for record in read_journal(output)}
    sheets = [make_sheet(output, row, outputs.get(row["path"], {}), read=_photograph) for row in rows]
    manifest = json.loads((output / "manifest.json").read_text(encoding="utf-8"))
    title = f"Retinal vessels of {len(rows)} photograph{'s' if len(rows) > 1 else ''}"
    report = Report(title, _about(manifest), _remarks(rows, sheets), SHOWN, _glossary())
    folder = Output.at(output)
    with folder.writing("report.html") as file:
        for part in make_report(sheets, report):
            file.write(part.encode("utf-8", errors="xmlcharrefreplace"))
    parts = _parts(sheets) if pdf else {}
    for name, pages in parts.items():
        with folder.writing(name) as file:
            make_pdf(file, pages, title=title)
    return [output / name for name in ("report.html", *parts)]


def _parts(sheets: Sequence[Sheet]) -> dict[str, Sequence[Sheet]]:
    """The files of the pages: report.pdf, or of many photographs report-001.pdf and so on."""
    parts = [sheets[start : start + PAGES] for start in range(0, len(sheets), PAGES)]
    return {"report.pdf" if len(parts) == 1 else f"report-{n:03}.pdf": part for n, part in enumerate(parts, start=1)}


def _read_rows(output: Path) -> list[dict[str, str]]:
    path = output / "results.csv"
    if not path.exists() and (output / "results").is_dir():
        raise VenuleError(
            f"{output} has its results in tables (--layout parquet), which hold no files that a report could show; "
            "measure the photographs that it should have with --layout mirrored",
            reason="no-results",
        )
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
    except OSError as error:
        raise VenuleError(
            f"{path} cannot be read ({error.strerror}): give the output folder of venule measure", reason="no-results"
        ) from error
    if not rows or "vessel_density" not in rows[0]:
        raise VenuleError(
            f"{path} holds no measurements: give the output folder of venule measure", reason="no-results"
        )
    return rows


def _photograph(path: str) -> Photograph:
    return read_photograph(read_path(path), name=path)


def _about(manifest: Mapping[str, Any]) -> list[str]:
    settings = manifest["settings"]
    model = settings.get("model")
    vessels = f"vessels found by the model {model['name']}" if model else f"vessels as given in {settings['vessels']}"
    if model and settings.get("threshold"):
        vessels += f" at threshold {settings['threshold']:g}"
    return [
        f"venule {manifest['venule']}, {manifest['ended'][:10]}; {vessels}.",
        "Lengths are pixels of the photograph unless a unit is named. 95 % intervals are calibrated on synthetic "
        "photographs.",
        "For research. Not a medical device.",
    ]


def _remarks(rows: Sequence[Mapping[str, str]], sheets: Sequence[Sheet]) -> list[str]:
    """What must be known before photographs are compared."""
    remarks = []
    if failed := sum(sheet.failed for sheet in sheets):
        remarks.append(f"{failed} of {len(sheets)} could not be measured: they come first in the table.")
    if flagged := sum(bool(sheet.flags) and not sheet.failed for sheet in sheets):
        remarks.append(f"Look at {flagged} of {len(sheets)} before their numbers are used: the table says why.")
    across = [float(row["fov_diameter_px"]) for row in rows if row.get("fov_diameter_px")]
    if across and max(across) > ALIKE * min(across):
        remarks.append(
            f"The fields of view are {min(across):,.0f} to {max(across):,.0f} pixels across: between such photographs, "
            "lengths in pixels cannot be compared."
        )
    return remarks


def _glossary() -> list[tuple[str, str, str]]:
    """Label, column and meaning of every measurement."""
    sources = {one.name: f" ({one.source})" if one.source else "" for one in MEASUREMENTS}
    return [(LABELS[one.name], one.column(), one.meaning + sources[one.name]) for one in MEASUREMENTS]
