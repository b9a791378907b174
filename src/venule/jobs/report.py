"""The report of an output folder of `venule measure`."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from venule.arrays import BoolArray, FloatArray, ImageArray
from venule.batch import read_journal, read_path, write_whole
from venule.errors import OutputError, VenuleError
from venule.jobs.measure import GRAPH, VESSELS
from venule.measurement import BY_NAME, Definition
from venule.measurement.measured import columns_of
from venule.measurement.tortuosity import distance_tortuosity
from venule.photograph import read_photograph
from venule.report.html import Figure, Sheet, make_report
from venule.report.layers import (
    Layer,
    calibre_picture,
    fit,
    skeleton_picture,
    winding_picture,
)
from venule.report.pdf import make_pdf
from venule.vessels import VesselMap

SIDE = 720  # pixels of a picture
SHOWN = ("quality", "vessel_density", "calibre_median", "tortuosity_distance", "branchings", "box_dimension")
FAMILIES = {
    "How much": (
        "vessel_density", "length_density", "vessel_length", "vessel_perimeter", "segments", "ends", "branchings",
        "crossings",
    ),
    "How wide": ("calibre_mean", "calibre_median", "calibre_sd", *(f"calibre_p{n}0" for n in (1, 2, 3, 4, 6, 7, 8, 9))),
    "How winding": (
        "tortuosity_distance", "tortuosity_distance_median", "tortuosity_curvature", "tortuosity_squared_curvature",
        "tortuosity_inflection",
    ),
    "How they branch": ("branching_angle", "junction_exponent", "branch_asymmetry", "branch_area_ratio"),
    "How they fill the retina": (
        "box_dimension", "information_dimension", "correlation_dimension", "singularity_length", "lacunarity",
        "sparsity_mean", "sparsity_largest",
    ),
    "Disc, fovea, arcades": (
        "disc_diameter", "disc_fovea_distance", "vessels_at_disc", "arcade_angle", "avascular_radius", "avascular_area",
    ),
    "Arteries and veins": ("crae", "crve", "avr"),
}  # fmt: skip
BY_ZONE = ("zone_b", "zone_c", "superior", "inferior", "temporal", "nasal")
REASONS = {
    "no-vessels": "no vessels there",
    "no-disc": "optic disc not found",
    "fovea-not-seen": "fovea outside the field of view",
    "fovea-not-sure": "not told on which side of the disc the fovea lies",
    "region-not-seen": "not wholly in the field of view",
    "no-arteries-and-veins": "arteries and veins not given",
    "fewer-than-six": "fewer than six vessels in zone B",
    "no-branchings": "no branchings there",
    "no-long-segments": "no segment is long enough",
    "no-arcade": "no arcade on one side",
    "fov-too-small": "field of view too small",
    "all-vessel": "nothing between the vessels",
    "not-measurable": "not measurable",
}


FLAWS = {
    "too-dark": "it is dark",
    "low-contrast": "vessels hardly stand out",
    "blurred": "it is blurred",
    "noisy": "it is noisy",
    "compressed": "JPEG compression has left blocks",
    "artefact": "a part is burnt out or black",
    "fov-cut": "the field of view is cut",
    "few-vessels": "few vessels were found",
    "network-unsure": "the network is unsure of the vessels",
}


def report_folder(output: Path, *, pdf: bool = False) -> list[Path]:
    """Write report.html into an output folder of `venule measure`, and report.pdf if asked for.

    Args:
        output: the folder, with results.csv and the graphs.
        pdf: a page a photograph as PDF, too.

    Returns:
        What was written.

    Raises:
        VenuleError: the folder is no output of `venule measure`.
        OutputError: the report cannot be written.
    """
    rows = _read_rows(output)
    outputs = {record.path: record.outputs for record in read_journal(output)}
    sheets = [_sheet(output, row, outputs.get(row["path"], {})) for row in rows]
    manifest = json.loads((output / "manifest.json").read_text(encoding="utf-8"))
    title = f"Retinal vessels of {len(rows)} photograph{'s' if len(rows) > 1 else ''}"
    page = make_report(sheets, title=title, about=_about(manifest), shown=SHOWN)
    files = {"report.html": page.encode("utf-8", errors="xmlcharrefreplace")}
    if pdf:
        files["report.pdf"] = make_pdf(sheets, title=title)
    for name, content in files.items():
        write_whole(output / name, content)
    return [output / name for name in files]


def _read_rows(output: Path) -> list[dict[str, str]]:
    path = output / "results.csv"
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


def _about(manifest: Mapping[str, Any]) -> list[str]:
    settings = manifest["settings"]
    model = settings.get("model")
    vessels = f"vessels found by the model {model['name']}" if model else f"vessels as given in {settings['vessels']}"
    if model and settings.get("threshold"):
        vessels += f" at threshold {settings['threshold']:g}"
    return [
        f"venule {manifest['venule']}, {manifest['ended'][:10]}; {vessels}.",
        "Lengths are pixels of the photograph unless a unit is named. In brackets and in the second column: 95 % "
        "intervals, calibrated on synthetic photographs.",
        "For research. Not a medical device.",
    ]


def _sheet(output: Path, row: Mapping[str, str], outputs: Iterable[str]) -> Sheet:
    path = Path(row["path"])
    graph_file = next((name for name in outputs if name.endswith(GRAPH)), None)
    if row["status"] != "ok" or graph_file is None:
        return Sheet(path.name, row["path"], (), {}, (f"{row['reason']}: {row['message']}",), failed=True)
    name = graph_file.removesuffix(GRAPH)
    notes = []
    if (confidence := row.get("disc_confidence")) and float(confidence) < 0.3:
        notes.append(f"The optic disc is uncertain (confidence {confidence}): look at it before its zones are used.")
    if codes := row.get("quality_reasons"):
        notes.append(
            "Look at the photograph before you use its numbers: "
            + ", ".join(FLAWS.get(code, code) for code in codes.split("; "))
            + "."
        )
    try:
        graph = json.loads((output / graph_file).read_text(encoding="utf-8"))
        vessels = _read_vessels(output / f"{name}{VESSELS}")
    except OSError as error:
        raise OutputError(
            f"{error.filename} cannot be read ({error.strerror}); venule measure --resume makes it again"
        ) from error
    pictures = []
    try:
        photograph = read_photograph(read_path(row["path"]), name=row["path"])
        pictures = _pictures(photograph.image, photograph.fov.mask, vessels, graph)
    except VenuleError as error:
        notes.append(f"The photograph cannot be shown any more: {error}")
    return Sheet(name, row["path"], pictures, _groups(row), notes)


def _read_vessels(path: Path) -> BoolArray:
    content = np.frombuffer(path.read_bytes(), np.uint8)
    return np.asarray(cv2.imdecode(content, cv2.IMREAD_GRAYSCALE)) > 127


def _pictures(
    image: ImageArray, fov: BoolArray, vessels: BoolArray, graph: Mapping[str, Any]
) -> list[tuple[str, ImageArray]]:
    if vessels.shape != fov.shape:
        raise VenuleError("it has another size than when it was measured")
    found = VesselMap(vessels.astype(np.float32), vessels & fov, fov, 0.5, 1.0, "", image)
    shown = np.where(fov[..., None], image, 0).astype(np.uint8)
    lines = [np.array(segment["centreline"], np.float64) for segment in graph["segments"]]
    calibres = [np.array(segment["calibre"], np.float64) for segment in graph["segments"]]
    nodes = [(node["kind"], (node["row"], node["column"])) for node in graph["nodes"]]
    windings = [
        _winding(line, *segment["in_junctions"]) for line, segment in zip(lines, graph["segments"], strict=True)
    ]
    layer = Layer(lines, calibres, nodes, windings)
    widths = np.concatenate([[0.0], *calibres])
    limits = (float(np.quantile(widths, 0.02)), float(np.quantile(widths, 0.99)))
    white = np.repeat((vessels & fov)[..., None] * np.uint8(255), 3, axis=2)
    return [
        ("Photograph, with disc and fovea", _landmarks(shown, graph)),
        ("Vessels", fit(white, SIDE)[0]),
        ("Overlay", fit(found.overlay(), SIDE)[0]),
        ("Centrelines: ends yellow, branchings orange, crossings blue", skeleton_picture(shown, layer, side=SIDE)),
        (
            f"Calibre, from {limits[0]:.1f} px (violet) to {limits[1]:.1f} px (yellow)",
            calibre_picture(shown, layer, side=SIDE, limits=limits),
        ),
        ("The segments that wind most", winding_picture(shown, layer, side=SIDE)),
    ]


def _landmarks(shown: ImageArray, graph: Mapping[str, Any]) -> ImageArray:
    picture, scale = fit(shown, SIDE)
    picture = np.ascontiguousarray(picture)
    if disc := graph["disc"]:
        row, column = disc["centre"]
        centre, radius = (round(column * scale), round(row * scale)), round(disc["diameter"] / 2 * scale)
        cv2.circle(picture, centre, radius, (255, 255, 255), 1, cv2.LINE_AA)
    if fovea := graph["fovea"]:
        row, column = fovea["centre"]
        place = (round(column * scale), round(row * scale))
        cv2.drawMarker(picture, place, (255, 255, 255), cv2.MARKER_CROSS, 14, 1, cv2.LINE_AA)
    return picture


def _winding(line: FloatArray, first: int, last: int) -> float | None:
    """Distance tortuosity, between junctions, of what is long enough to wind: thirty points."""
    between = line[first : len(line) - last]
    return None if len(between) < 30 or np.allclose(between[0], between[-1]) else distance_tortuosity(between)


def _groups(row: Mapping[str, str]) -> dict[str, list[Figure]]:
    reasons = dict(part.split(": ", 1) for part in row.get("reasons", "").split("; ") if ": " in part)
    groups = {
        heading: [figure for name in names for figure in _figures(row, BY_NAME[name], "", reasons)]
        for heading, names in FAMILIES.items()
    }
    zones = [
        figure
        for name in ("vessel_density", "calibre_mean", "tortuosity_distance")
        for region in BY_ZONE
        for figure in _figures(row, BY_NAME[name], region, reasons)
    ]
    score = row.get("quality")
    quality = Figure("quality", "Dice with a drawing to expect", "", float(score)) if score else None
    return {**({"Quality of the photograph": [quality]} if quality else {}), **groups, "By region": zones}


def _figures(
    row: Mapping[str, str], definition: Definition, region: str, reasons: Mapping[str, str]
) -> Iterator[Figure]:
    """The figure of a measurement, in the unit that the scale gives, else in pixels."""
    key = f"{definition.name}_{region}" if region else definition.name
    columns = [(c, u) for c, u in columns_of(definition, region, ("um", "deg")) if row.get(c)]
    words = (
        definition.name.upper() if definition.name in FAMILIES["Arteries and veins"] else definition.name.capitalize()
    )
    label = words.replace("_", " ") + (f", {region.replace('_', ' ')}" if region else "")
    if not columns:
        code = reasons.get(key, "not-measurable")
        yield Figure(key, label, "", None, reason=REASONS.get(code, code))
        return
    column, unit = columns[-1]
    value, lower, upper = (
        float(text) if (text := row.get(column + part)) else None for part in ("", "_lower", "_upper")
    )
    units = {
        "degrees": "°",
        "px2": "px²",
        "um2": "µm²",
        "um": "µm",
        "1/um": "/µm",
        "1/px": "/px",
        "deg": "°",
        "deg2": "°²",
    }
    yield Figure(key, label, units.get(unit, unit), value, lower, upper)
