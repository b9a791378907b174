"""Pictures of measured vessels: centrelines with their branchings, calibres in colour, winding segments marked."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from venule.arrays import FloatArray, ImageArray

# Okabe and Ito (2008): told apart by colour-blind readers.
END, BRANCHING, CROSSING = (240, 228, 66), (213, 94, 0), (86, 180, 233)
LINE = (235, 235, 235)
DIM = 0.45  # brightness of the photograph under lines
FINE = 4  # bits of a pixel's fraction that OpenCV draws with


@dataclass(frozen=True, eq=False)
class Layer:
    """The vessels of one photograph, to be drawn.

    Attributes:
        lines: centrelines, (points, 2) each, (row, column) in pixels of the photograph.
        calibres: of the points of each line.
        nodes: kind and (row, column) of the ends, branchings and crossings.
        winding: how much each line winds; None for one that is closed or too short to say.
    """

    lines: Sequence[FloatArray]
    calibres: Sequence[FloatArray]
    nodes: Sequence[tuple[str, tuple[float, float]]]
    winding: Sequence[float | None]


def fit(image: ImageArray, side: int) -> tuple[ImageArray, float]:
    """A picture reduced so that its longer side is `side` pixels or less, and by how much it was scaled."""
    scale = min(1.0, side / max(image.shape[:2]))
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8), scale


def skeleton_picture(image: ImageArray, layer: Layer, *, side: int) -> ImageArray:
    """Centrelines in white over the dimmed photograph; ends yellow, branchings orange, crossings blue."""
    picture, scale = _dimmed(image, side)
    for line in layer.lines:
        _draw(picture, line * scale, LINE, 1)
    radius = max(2, side // 220)
    for kind, place in layer.nodes:
        colour = {"end": END, "branching": BRANCHING, "crossing": CROSSING}.get(kind)
        if colour:
            centre = (round(place[1] * scale), round(place[0] * scale))
            cv2.circle(picture, centre, radius, colour, -1, cv2.LINE_AA)
    return picture


def calibre_picture(image: ImageArray, layer: Layer, *, side: int, limits: tuple[float, float]) -> ImageArray:
    """Vessels in the colour of their calibre (viridis), over the dimmed photograph.

    Args:
        image: the photograph.
        layer: of it.
        side: of the picture.
        limits: calibres, in pixels of the photograph, of the darkest and the brightest colour.
    """
    picture, scale = _dimmed(image, side)
    for line, calibre in zip(layer.lines, layer.calibres, strict=True):
        shades = _shades((calibre - limits[0]) / max(limits[1] - limits[0], 1e-9))
        widths = np.maximum(1, np.rint(calibre * scale)).astype(int)
        # runs of one colour and one width are drawn at once
        keys = widths * 256 + shades
        for run in np.split(np.arange(len(line)), np.flatnonzero(np.diff(keys)) + 1):
            stretch = line[run[0] : run[-1] + 2]
            _draw(picture, stretch * scale, VIRIDIS[shades[run[0]]], int(widths[run[0]]))
    return picture


def winding_picture(image: ImageArray, layer: Layer, *, side: int, most: int = 12) -> ImageArray:
    """The segments that wind most in orange, the others in white, over the dimmed photograph."""
    picture, scale = _dimmed(image, side)
    known = sorted((value, index) for index, value in enumerate(layer.winding) if value is not None)
    marked = {index for _, index in known[-most:]}
    for index, line in enumerate(layer.lines):
        _draw(picture, line * scale, BRANCHING if index in marked else LINE, 2 if index in marked else 1)
    return picture


def _dimmed(image: ImageArray, side: int) -> tuple[ImageArray, float]:
    picture, scale = fit(image, side)
    return np.ascontiguousarray((picture * DIM).astype(np.uint8)), scale


def _draw(picture: ImageArray, line: FloatArray, colour: tuple[int, int, int], width: int) -> None:
    points = np.rint(line[:, ::-1] * 2**FINE).astype(np.int32)
    cv2.polylines(picture, [points], False, colour, width, cv2.LINE_AA, FINE)


def _shades(share: FloatArray) -> "np.ndarray[tuple[int], np.dtype[np.intp]]":
    return (np.clip(share, 0, 1) * 255).astype(np.intp)


def _viridis() -> list[tuple[int, int, int]]:
    colours = cv2.applyColorMap(np.arange(256, dtype=np.uint8)[:, None], cv2.COLORMAP_VIRIDIS)[:, 0, ::-1]
    return [(int(red), int(green), int(blue)) for red, green, blue in colours]


VIRIDIS = _viridis()
