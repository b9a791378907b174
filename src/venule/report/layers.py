"""Pictures of measured vessels: centrelines with their branchings, calibres in colour, winding segments marked."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from venule.photograph.arrays import BoolArray, FloatArray, ImageArray
from venule.vessel_map import OVERLAY_COLOUR

# Okabe and Ito (2008): told apart by colour-blind readers.
END, BRANCHING, CROSSING = (240, 228, 66), (213, 94, 0), (86, 180, 233)
LINE = (235, 235, 235)
DIM = 0.45  # brightness of the photograph under lines
OPACITY = 0.6  # of vessels over the photograph
FINE = 4  # bits of a pixel's fraction that OpenCV draws with

Place = tuple[float, float]  # (row, column), in pixels of the photograph


@dataclass(frozen=True, eq=False)
class Layer:
    """The vessels of one photograph, to be drawn.

    Attributes:
        lines: centrelines, (points, 2) each, (row, column) in pixels of the photograph.
        calibres: of the points of each line; NaN where it was not measured.
        nodes: kind and place of the ends, branchings and crossings.
        winding: the lines that wind most.
    """

    lines: Sequence[FloatArray]
    calibres: Sequence[FloatArray]
    nodes: Sequence[tuple[str, Place]]
    winding: frozenset[int]


def fit(image: ImageArray, side: int) -> tuple[ImageArray, float]:
    """A picture reduced so that its longer side is `side` pixels or less, and by how much it was scaled."""
    scale = min(1.0, side / max(image.shape[:2]))
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8), scale


def vessel_shares(vessels: BoolArray, side: int) -> FloatArray:
    """Of each pixel of a picture of this side, the share that is vessel."""
    return fit(vessels.astype(np.uint8) * np.uint8(255), side)[0] / np.float32(255)


def overlay_picture(picture: ImageArray, shares: FloatArray) -> ImageArray:
    """Vessels in light blue over the photograph."""
    opacity = OPACITY * shares[..., None]
    return np.asarray((1 - opacity) * picture + opacity * np.array(OVERLAY_COLOUR, np.float32), np.uint8)


def landmarks_picture(
    picture: ImageArray,
    scale: float,
    *,
    disc: Place | None,
    diameter: float,
    fovea: Place | None,
) -> ImageArray:
    """The photograph with a circle about the optic disc and a cross on the fovea.

    Args:
        picture: the photograph, reduced.
        scale: by which it was.
        disc: centre of the optic disc, in pixels of the photograph.
        diameter: of the disc.
        fovea: its centre.
    """
    drawn = picture.copy()
    for colour, width in (((0, 0, 0), 3), ((255, 255, 255), 1)):  # seen on bright and on dark
        if disc:
            cv2.circle(drawn, _pixel(disc, scale), round(diameter / 2 * scale), colour, width, cv2.LINE_AA)
        if fovea:
            cv2.drawMarker(drawn, _pixel(fovea, scale), colour, cv2.MARKER_CROSS, 16, width, cv2.LINE_AA)
    return drawn


def skeleton_picture(picture: ImageArray, scale: float, layer: Layer) -> ImageArray:
    """Centrelines in white over the dimmed photograph; ends yellow, branchings orange, crossings blue."""
    drawn = _dimmed(picture)
    for line in layer.lines:
        _draw(drawn, line * scale, LINE, 1)
    radius = max(2, max(picture.shape) // 220)
    for kind, place in layer.nodes:
        if colour := {"end": END, "branching": BRANCHING, "crossing": CROSSING}.get(kind):
            cv2.circle(drawn, _pixel(place, scale), radius, colour, -1, cv2.LINE_AA)
    return drawn


def calibre_picture(picture: ImageArray, scale: float, layer: Layer) -> ImageArray:
    """Vessels in the colour of their calibre (viridis) over the dimmed photograph, with the scale of colours."""
    drawn = _dimmed(picture)
    known = np.concatenate([np.zeros(0), *layer.calibres])
    known = known[np.isfinite(known)]
    if not known.size:
        return drawn
    low, high = (float(limit) for limit in np.quantile(known, [0.02, 0.99]))
    for line, calibre in zip(layer.lines, layer.calibres, strict=True):
        seen = np.isfinite(calibre)
        share = np.clip((calibre - low) / max(high - low, 1e-9), 0, 1)
        shades = np.where(seen, np.rint(share * (len(VIRIDIS) - 1)), -1).astype(int)
        widths = np.where(seen, np.maximum(1, np.rint(calibre * scale)), 1).astype(int)
        # runs of one colour and one width are drawn at once
        keys = widths * 2 * len(VIRIDIS) + shades
        for run in np.split(np.arange(len(line)), np.flatnonzero(np.diff(keys)) + 1):
            shade = int(shades[run[0]])
            stretch = line[run[0] : run[-1] + 2]
            _draw(drawn, stretch * scale, LINE if shade < 0 else VIRIDIS[shade], int(widths[run[0]]))
    return _with_scale(drawn, low, high)


def winding_picture(picture: ImageArray, scale: float, layer: Layer) -> ImageArray:
    """The segments that wind most in orange, the others in white, over the dimmed photograph."""
    drawn = _dimmed(picture)
    for index, line in enumerate(layer.lines):
        marked = index in layer.winding
        _draw(drawn, line * scale, BRANCHING if marked else LINE, 3 if marked else 1)
    return drawn


def _with_scale(picture: ImageArray, low: float, high: float) -> ImageArray:
    """The picture with a bar of the colours between two calibres in its lower left corner, where retinas are not."""
    image = Image.fromarray(picture)
    draw = ImageDraw.Draw(image)
    size = max(9, max(picture.shape) // 30)
    font = ImageFont.load_default(size)
    left, bottom, width = size // 2, image.height - size // 2, 6 * size
    for x in range(width):
        draw.line([(left + x, bottom - size // 2), (left + x, bottom)], VIRIDIS[x * len(VIRIDIS) // width])
    above = bottom - size // 2 - 4
    draw.text((left, above), f"{low:.1f}", font=font, fill=LINE, anchor="ls")
    draw.text((left + width, above), f"{high:.1f} px", font=font, fill=LINE, anchor="rs")
    return np.array(image)


def _pixel(place: Place, scale: float) -> tuple[int, int]:
    return round(place[1] * scale), round(place[0] * scale)


def _dimmed(picture: ImageArray) -> ImageArray:
    return np.ascontiguousarray((picture * DIM).astype(np.uint8))


def _draw(picture: ImageArray, line: FloatArray, colour: tuple[int, int, int], width: int) -> None:
    points = np.rint(line[:, ::-1] * 2**FINE).astype(np.int32)
    cv2.polylines(picture, [points], False, colour, width, cv2.LINE_AA, FINE)


def _viridis(steps: int) -> list[tuple[int, int, int]]:
    levels = np.linspace(0, 255, steps).astype(np.uint8)
    colours = cv2.applyColorMap(levels[:, None], cv2.COLORMAP_VIRIDIS)[:, 0, ::-1]
    return [(int(red), int(green), int(blue)) for red, green, blue in colours]


VIRIDIS = _viridis(40)
