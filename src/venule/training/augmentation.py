"""Augmentation: a crop is rotated, scaled and flipped, and its colours vary as between cameras."""

import cv2
import numpy as np
from numpy.typing import NDArray

from venule.photograph.arrays import BoolArray, ImageArray
from venule.training.recipe import Augmentation

Layer = NDArray[np.uint8]


def cut_crop(
    layers: tuple[ImageArray, Layer, Layer],
    settings: Augmentation,
    *,
    centre: NDArray[np.float64],
    crop: int,
    rng: np.random.Generator,
) -> tuple[ImageArray, Layer, Layer]:
    """Cut the same crop out of a photograph, its drawing and its field of view, rotated, scaled and flipped.

    Args:
        layers: uint8 photograph (height, width, 3); uint8 drawing and field of view (height, width), 255 inside.
        settings: rotation, scale and flips.
        centre: (row, column) of the photograph, the middle of the crop.
        crop: side of the crop in pixels.
        rng: random generator.

    Returns:
        The three layers of the crop; black beyond the photograph's edge.
    """
    angle = np.deg2rad(rng.uniform(-settings.rotation, settings.rotation))
    scale = np.exp(rng.uniform(*np.log(settings.scale)))
    mirror = -1.0 if settings.horizontal_flip and rng.random() < 0.5 else 1.0
    upside = -1.0 if settings.vertical_flip and rng.random() < 0.5 else 1.0
    # From (x, y) of the crop to those of the photograph: flip, rotate, scale, move.
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) / scale
    turn = turn @ np.diag([mirror, upside])
    offset = centre[::-1] - turn @ np.full(2, (crop - 1) / 2)
    matrix = np.column_stack([turn, offset])
    cut = [
        cv2.warpAffine(layer, matrix, (crop, crop), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP) for layer in layers
    ]
    return np.asarray(cut[0], np.uint8), np.asarray(cut[1], np.uint8), np.asarray(cut[2], np.uint8)


def vary_camera(
    image: ImageArray,
    fov: BoolArray,
    histogram: NDArray[np.float64],
    settings: Augmentation,
    *,
    rng: np.random.Generator,
) -> NDArray[np.float32]:
    """Vary the colours of a crop as between cameras, and normalise it as `venule.photograph.working.normalise` does.

    Args:
        image: uint8 (crop, crop, 3).
        fov: bool (crop, crop).
        histogram: (256, 3), of each channel of the whole photograph inside its field of view; sums to 1 a channel.
        settings: everything but rotation, scale and flips.
        rng: random generator.

    Returns:
        float32 (3, crop, crop); 0 outside the field of view.
    """
    levels = np.arange(256, dtype=np.float32)
    if settings.gamma:
        bound = np.log1p(settings.gamma)
        levels = 255 * (levels / 255) ** np.exp(rng.uniform(-bound, bound)).astype(np.float32)
    if rng.random() < settings.jpeg:
        quality = int(rng.integers(40, 96))
        encoded = cv2.imencode(".jpg", image, (cv2.IMWRITE_JPEG_QUALITY, quality))[1]
        image = np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR), np.uint8)
    # Gamma moves the mean and deviation of the whole photograph, which its histogram gives without touching it again.
    mean = (histogram * levels[:, None]).sum(axis=0)
    deviation = np.sqrt((histogram * (levels[:, None] - mean) ** 2).sum(axis=0))
    if settings.brightness:  # after the statistics: normalisation would take it out again
        levels = np.clip(levels * np.float32(rng.uniform(1 - settings.brightness, 1 + settings.brightness)), 0, 255)
    table = (levels[:, None] - mean) / np.where(deviation < 1e-3, np.inf, deviation)
    if rng.random() < settings.green_only:
        image, table = np.repeat(image[..., 1:2], 3, axis=2), np.repeat(table[:, 1:2], 3, axis=1)
    table = table * rng.uniform(1 - settings.gain, 1 + settings.gain, 3)
    table += rng.uniform(-settings.offset, settings.offset, 3)
    shown = np.asarray(cv2.LUT(image, table.astype(np.float32)[None]), np.float32)
    if settings.light:
        slow = rng.normal(0, settings.light, (4, 4)).astype(np.float32)
        shown += np.asarray(cv2.resize(slow, image.shape[1::-1], interpolation=cv2.INTER_CUBIC), np.float32)[..., None]
    if settings.blur and rng.random() < 0.5:
        shown = np.asarray(cv2.GaussianBlur(shown, (0, 0), rng.uniform(0.3, max(0.3, settings.blur))), np.float32)
    if settings.noise and rng.random() < 0.5:
        shown += rng.standard_normal(shown.shape, np.float32) * np.float32(rng.uniform(0, settings.noise))
    return np.ascontiguousarray((shown * fov[..., None]).transpose(2, 0, 1), dtype=np.float32)


def point_inside(fov: Layer, rng: np.random.Generator) -> NDArray[np.float64]:
    """A (row, column) anywhere in the field of view."""
    height, width = fov.shape
    while True:  # every field of view fills a good part of its frame, which is cut to it
        point = rng.uniform(0, (height, width))
        if fov[int(point[0]), int(point[1])]:
            return point
