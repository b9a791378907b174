"""The sheet of one photograph: its figures from its row, its pictures from its graph."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import cv2
import numpy as np

from venule.errors import VenuleError
from venule.measurement import BY_NAME, MEASUREMENTS, REGIONS
from venule.measurement.centreline import path_length
from venule.measurement.measured import columns_of
from venule.measurement.regions import SURE
from venule.measurement.tortuosity import Winding, distance_tortuosity
from venule.photograph import Photograph
from venule.photograph.arrays import BoolArray, FloatArray
from venule.report.labels import COUNTS, FAMILIES, FLAWS, LABELS, PHOTOGRAPH, REASONS, REGION_NAMES, UNITS
from venule.report.layers import (
    Layer,
    calibre_picture,
    fit,
    landmarks_picture,
    overlay_picture,
    skeleton_picture,
    vessel_shares,
    winding_picture,
)
from venule.report.sheet import Figure, Picture, Regions, Sheet

SIDE = 720  # pixels of a picture
MARKED = 12  # segments that are marked because they wind most
UNSURE = 0.3  # confidence of the disc below which a look at it is asked for

Row = Mapping[str, str]


@dataclass(frozen=True, eq=False)
class Drawn:
    """What the pictures of a photograph show.

    Attributes:
        photograph: the photograph.
        vessels: bool (height, width).
        graph: disc, fovea, nodes and segments, as in the file that ends in _graph.json.
    """

    photograph: Photograph
    vessels: BoolArray
    graph: Mapping[str, Any]


def make_sheet(row: Row, *, name: str, path: str = "", load: Callable[[], Drawn] | None = None) -> Sheet:
    """The sheet of one photograph, from its row.

    Args:
        row: as in results.csv, in text.
        name: shown as the title.
        path: of the photograph; "" where it has none.
        load: what the pictures are drawn from, when they are drawn; raises `VenuleError` where it is gone. None: the
            photograph could not be measured.
    """
    if load is None:
        said = (f"{row['reason']}: {row['message']}",)
        return Sheet(name, path, {}, None, (row["reason"],), said, failed=True)
    flags, notes = _flags(row)
    return Sheet(name, path, _groups(row), partial(_regions, row), flags, notes, lambda: _pictures(load()))


def _flags(row: Row) -> tuple[list[str], list[str]]:
    flags, notes = [], []
    if codes := [code for code in row.get("quality_reasons", "").split("; ") if code]:
        words = [FLAWS.get(code, (code, code)) for code in codes]
        flags += [word for word, _ in words]
        sentences = ", ".join(sentence for _, sentence in words)
        notes.append(f"Look at the photograph before you use its numbers: {sentences}.")
    if (confidence := row.get("disc_confidence")) and float(confidence) < UNSURE:
        flags.append("disc unsure")
        notes.append(f"The optic disc is uncertain (confidence {confidence}): look at it before its zones are used.")
    return flags, notes


def _groups(row: Row) -> dict[str, list[Figure]]:
    known = {name: row[name] for name in PHOTOGRAPH if row.get(name)}
    photograph = [Figure(name, *PHOTOGRAPH[name], float(value)) for name, value in known.items()]
    reasons = _reasons(row)
    families = {
        heading: [_figure(row, name, "", reasons, label) for name, label in names.items()]
        for heading, names in FAMILIES.items()
    }
    return {"Photograph": photograph, **families}


def _regions(row: Row) -> Regions:
    reasons = _reasons(row)
    names = [definition.name for definition in MEASUREMENTS if definition.by_region]
    rows = tuple(
        (REGION_NAMES[region], tuple(_figure(row, name, region, reasons, LABELS[name]) for name in names))
        for region in REGIONS
    )
    units = [
        next((figures[place].unit for _, figures in rows if figures[place].unit), "") for place in range(len(names))
    ]
    labels = (LABELS[name].removesuffix(", mean") for name in names)
    headings = (f"{label} ({unit})" if unit else label for label, unit in zip(labels, units, strict=True))
    return Regions(tuple(headings), rows)


def _reasons(row: Row) -> dict[str, str]:
    return dict(part.split(": ", 1) for part in row.get("reasons", "").split("; ") if ": " in part)


def _figure(row: Row, name: str, region: str, reasons: Mapping[str, str], label: str) -> Figure:
    """The figure of a measurement, in the unit that the scale gives, else in pixels."""
    key = f"{name}_{region}" if region else name
    columns = [(column, unit) for column, unit in columns_of(BY_NAME[name], region, ("um", "deg")) if row.get(column)]
    if not columns:
        code = reasons.get(key, "not-measurable")
        return Figure(key, label, "", None, reason=REASONS.get(code, code))
    column, unit = columns[-1]
    value, lower, upper = (
        float(text) if (text := row.get(column + part)) else None for part in ("", "_lower", "_upper")
    )
    return Figure(key, label, UNITS.get(unit, unit), value, lower, upper, whole=name in COUNTS)


def _pictures(drawn: Drawn) -> Sequence[Picture]:
    photograph, vessels, graph = drawn.photograph, drawn.vessels, drawn.graph
    fov = photograph.fov.mask
    if vessels.shape != fov.shape:
        raise VenuleError("it has another size than when it was measured")
    inside = cv2.bitwise_and(photograph.image, photograph.image, mask=fov.view(np.uint8))
    picture, scale = fit(np.asarray(inside, np.uint8), SIDE)
    shares = vessel_shares(vessels & fov, SIDE)
    white = np.repeat((shares * 255).astype(np.uint8)[..., None], 3, axis=2)
    lines = [np.array(segment["centreline"], np.float64) for segment in graph["segments"]]
    calibres = _calibres(graph, lines)
    winding = _most_winding(graph, lines, photograph.fov.diameter)
    layer = Layer(lines, calibres, [(n["kind"], (n["row"], n["column"])) for n in graph["nodes"]], frozenset(winding))
    disc, fovea = (tuple(graph[one]["centre"]) if graph[one] else None for one in ("disc", "fovea"))
    size = graph["disc"]["diameter"] if disc else 0.0
    return [
        (
            "Photograph; circle: optic disc, cross: fovea",
            landmarks_picture(picture, scale, disc=disc, diameter=size, fovea=fovea),
        ),
        ("Vessels", white),
        ("Overlay", overlay_picture(picture, shares)),
        ("Centrelines; ends yellow, branchings orange, crossings blue", skeleton_picture(picture, scale, layer)),
        ("Calibre; the optic disc is left out", calibre_picture(picture, scale, layer)),
        (_winding_caption(winding), winding_picture(picture, scale, layer)),
    ]


def _calibres(graph: Mapping[str, Any], lines: Sequence[FloatArray]) -> Sequence[FloatArray]:
    """The calibres along the lines; NaN on the optic disc, where nothing is measured."""
    calibres = [np.array(segment["calibre"], np.float64) for segment in graph["segments"]]
    disc = graph["disc"]
    if not disc or disc["confidence"] < SURE:
        return calibres
    return [
        np.where(np.linalg.norm(line - disc["centre"], axis=1) > disc["diameter"] / 2, calibre, np.nan)
        for line, calibre in zip(lines, calibres, strict=True)
    ]


def _most_winding(graph: Mapping[str, Any], lines: Sequence[FloatArray], diameter: float) -> dict[int, float]:
    """Numbers and distance tortuosity of the segments that wind most, of those whose winding is measured."""
    winding = {}
    for number, (segment, line) in enumerate(zip(graph["segments"], lines, strict=True)):
        first, last = segment["in_junctions"]
        between = line[first : len(line) - last]
        pixel = path_length(line) / (len(line) - 1)  # of the plane, a point each
        if len(between) > 1 and pixel and Winding(between / pixel, diameter / pixel).tells():
            winding[number] = distance_tortuosity(between)
    return dict(sorted(winding.items(), key=lambda one: -one[1])[:MARKED])


def _winding_caption(winding: Mapping[int, float]) -> str:
    if not winding:
        return "No segment is long enough to tell how much it winds"
    low, high = min(winding.values()), max(winding.values())
    return f"The {len(winding)} segments that wind most: {low:.2f} to {high:.2f} times as long as straight"
