"""The pictures of a report: the photograph, its vessels, centrelines, calibres and most tortuous segments."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from venule.measurement.centreline import path_length
from venule.measurement.landmarks import SURE
from venule.measurement.tortuosity import Winding, distance_tortuosity
from venule.photograph import Photograph
from venule.photograph.arrays import BoolArray, FloatArray, ImageArray
from venule.report.sheet import Picture

KINDS = "Arteries (light red), veins (blue), where they cross (purple), unsure (grey)"
SIDE = 720  # pixels of a picture
MARKED = 12  # segments that are marked because they are most tortuous
# Okabe and Ito (2008): told apart by colour-blind readers.
END, BRANCHING, CROSSING = (240, 228, 66), (213, 94, 0), (86, 180, 233)
LINE = (235, 235, 235)
_LEVELS = np.linspace(0, 255, 40).astype(np.uint8)
VIRIDIS = cv2.applyColorMap(_LEVELS[:, None], cv2.COLORMAP_VIRIDIS)[:, 0, ::-1].tolist()
DIM = 0.45  # brightness of the photograph under lines
FINE = 4  # bits of a pixel's fraction that OpenCV draws with


def make_pictures(
    photograph: Photograph, vessels: BoolArray, *, overlay: ImageArray, kinds: bool, graph: Mapping[str, Any]
) -> Sequence[Picture]:
    """The pictures of a photograph with their captions.

    Args:
        photograph: the photograph.
        vessels: bool (height, width), inside the field of view.
        overlay: uint8 (height, width, 3) RGB, the vessels over the photograph.
        kinds: whether the overlay tells arteries from veins.
        graph: optic disc, fovea, nodes and segments, as in the file that ends in _graph.json.
    """
    fov = photograph.fov.mask
    inside = cv2.bitwise_and(photograph.image, photograph.image, mask=fov.view(np.uint8))
    scale = min(1.0, SIDE / max(fov.shape))
    picture = _reduced(np.asarray(inside, np.uint8), scale)
    mask = _reduced(vessels * np.uint8(255), scale)
    lines = [np.array(segment["centreline"], np.float64) for segment in graph["segments"]]
    tortuous = _most_tortuous(graph, lines, photograph.fov.diameter)
    dimmed = np.ascontiguousarray((picture * DIM).astype(np.uint8))
    scaled = [line * scale for line in lines]
    return [
        ("Photograph: optic disc (circle), fovea (cross)", _landmarks(picture, graph, scale)),
        ("Vessels", np.repeat(mask[..., None], 3, axis=2)),
        (KINDS if kinds else "Vessels over the photograph", _reduced(overlay, scale)),
        (
            "Centrelines: ends (yellow), branchings (orange), crossings (blue)",
            _skeleton(dimmed, scaled, graph["nodes"], scale),
        ),
        ("Calibre, without the optic disc", _calibre(dimmed, scaled, _calibres(graph, lines), scale)),
        (_tortuous_caption(tortuous), _marked(dimmed, scaled, tortuous)),
    ]


def _reduced(image: ImageArray, scale: float) -> ImageArray:
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def _landmarks(picture: ImageArray, graph: Mapping[str, Any], scale: float) -> ImageArray:
    """The photograph with a circle around the optic disc and a cross on the fovea."""
    drawn = picture.copy()
    disc, fovea = graph["disc"], graph["fovea"]
    for colour, width in (((0, 0, 0), 3), ((255, 255, 255), 1)):  # seen on bright and on dark
        if disc:
            radius = round(disc["diameter"] / 2 * scale)
            cv2.circle(drawn, _pixel(disc["centre"], scale), radius, colour, width, cv2.LINE_AA)
        if fovea:
            cv2.drawMarker(drawn, _pixel(fovea["centre"], scale), colour, cv2.MARKER_CROSS, 16, width, cv2.LINE_AA)
    return drawn


def _skeleton(
    dimmed: ImageArray, lines: Sequence[FloatArray], nodes: Sequence[Mapping[str, Any]], scale: float
) -> ImageArray:
    drawn = dimmed.copy()
    for line in lines:
        _draw(drawn, line, LINE, 1)
    radius = max(2, max(drawn.shape) // 220)
    for node in nodes:
        if colour := {"end": END, "branching": BRANCHING, "crossing": CROSSING}.get(node["kind"]):
            cv2.circle(drawn, _pixel((node["row"], node["column"]), scale), radius, colour, -1, cv2.LINE_AA)
    return drawn


def _calibre(
    dimmed: ImageArray, lines: Sequence[FloatArray], calibres: Sequence[FloatArray], scale: float
) -> ImageArray:
    """Vessels in the colour of their calibre (viridis), with the scale of colours."""
    known = np.concatenate([np.zeros(0), *calibres])
    known = known[np.isfinite(known)]
    if not known.size:
        return dimmed
    drawn = dimmed.copy()
    low, high = (float(limit) for limit in np.quantile(known, [0.02, 0.99]))
    for line, calibre in zip(lines, calibres, strict=True):
        measured = np.isfinite(calibre)
        share = np.clip((calibre - low) / max(high - low, 1e-9), 0, 1)
        shades = np.where(measured, np.rint(share * (len(VIRIDIS) - 1)), -1).astype(int)
        widths = np.where(measured, np.maximum(1, np.rint(calibre * scale)), 1).astype(int)
        # runs of one colour and one width are drawn at once
        keys = widths * 2 * len(VIRIDIS) + shades
        for run in np.split(np.arange(len(line)), np.flatnonzero(np.diff(keys)) + 1):
            shade = int(shades[run[0]])
            stretch = line[run[0] : run[-1] + 2]
            _draw(drawn, stretch, LINE if shade < 0 else VIRIDIS[shade], int(widths[run[0]]))
    return _with_scale(drawn, low, high)


def _marked(dimmed: ImageArray, lines: Sequence[FloatArray], marked: Collection[int]) -> ImageArray:
    drawn = dimmed.copy()
    for number, line in enumerate(lines):
        _draw(drawn, line, BRANCHING if number in marked else LINE, 3 if number in marked else 1)
    return drawn


def _with_scale(picture: ImageArray, low: float, high: float) -> ImageArray:
    """The picture with a bar of the colours between two calibres in its lower left corner, where retinas are not."""
    image = Image.fromarray(picture)
    draw = ImageDraw.Draw(image)
    size = max(9, max(picture.shape) // 30)
    font = ImageFont.load_default(size)
    left, bottom, width = size // 2, image.height - size // 2, 6 * size
    for x in range(width):
        draw.line([(left + x, bottom - size // 2), (left + x, bottom)], tuple(VIRIDIS[x * len(VIRIDIS) // width]))
    above = bottom - size // 2 - 4
    draw.text((left, above), f"{low:.1f}", font=font, fill=LINE, anchor="ls")
    draw.text((left + width, above), f"{high:.1f} px", font=font, fill=LINE, anchor="rs")
    return np.array(image)


def _pixel(position: Sequence[float], scale: float) -> tuple[int, int]:
    row, column = position
    return round(column * scale), round(row * scale)


def _draw(picture: ImageArray, line: FloatArray, colour: tuple[int, int, int], width: int) -> None:
    points = np.rint(line[:, ::-1] * 2**FINE).astype(np.int32)
    cv2.polylines(picture, [points], False, colour, width, cv2.LINE_AA, FINE)


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


def _most_tortuous(graph: Mapping[str, Any], lines: Sequence[FloatArray], diameter: float) -> dict[int, float]:
    """Numbers and distance tortuosity of the most tortuous segments, among those long enough to tell."""
    tortuous = {}
    for number, (segment, line) in enumerate(zip(graph["segments"], lines, strict=True)):
        first, last = segment["in_junctions"]
        between = line[first : len(line) - last]
        pixel = path_length(line) / (len(line) - 1)  # of the plane, a point each
        if len(between) > 1 and pixel and Winding(between / pixel, diameter / pixel).tells():
            tortuous[number] = distance_tortuosity(between)
    return dict(sorted(tortuous.items(), key=lambda one: -one[1])[:MARKED])


def _tortuous_caption(tortuous: Mapping[int, float]) -> str:
    if not tortuous:
        return "No segment is long enough to measure its tortuosity"
    low, high = min(tortuous.values()), max(tortuous.values())
    return f"The {len(tortuous)} most tortuous segments (tortuosity {low:.2f} to {high:.2f})"
