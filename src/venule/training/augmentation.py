"""Augmentation: a crop is rotated, scaled and flipped, and its colours vary as between cameras."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from venule.photograph.arrays import BoolArray, ImageArray
from venule.training.recipe import Augmentation

Layer = NDArray[np.uint8]


def cut_crop(
    pyramid: Sequence[tuple[ImageArray, Layer, Layer]],
    settings: Augmentation,
    *,
    centre: NDArray[np.float64],
    crop: int,
    zoom: float = 1.0,
    rng: np.random.Generator,
) -> tuple[ImageArray, Layer, Layer, NDArray[np.float32]]:
    """Cut the same crop out of a photograph, its drawing and its field of view, rotated, scaled and flipped.

    Args:
        pyramid: uint8 photograph (height, width, 3); uint8 drawing (height, width), or with one to four channels, and
            field of view (height, width), 255 inside; then the same at half the size, and so on: a crop is cut from
            the smallest that needs no enlarging.
        settings: rotation, scale and flips.
        centre: (row, column) of the largest photograph, the middle of the crop.
        crop: side of the crop in pixels.
        zoom: factor beside that of the settings.
        rng: random generator.

    Returns:
        The three layers of the crop, black beyond the photograph's edge; and float32 (crop, crop, 2), where in the
        field of view each pixel lies: (x, y), from -1 at one edge of the field to 1 at the other.
    """
    angle = np.deg2rad(rng.uniform(-settings.rotation, settings.rotation))
    scale = zoom * np.exp(rng.uniform(*np.log(settings.scale)))
    mirror = -1.0 if settings.horizontal_flip and rng.random() < 0.5 else 1.0
    upside = -1.0 if settings.vertical_flip and rng.random() < 0.5 else 1.0
    level = min(len(pyramid) - 1, max(0, int(-np.log2(scale))))
    layers = pyramid[level]
    shrunk = np.array([small / large for small, large in zip(layers[2].shape, pyramid[0][2].shape, strict=True)])
    # From (x, y) of the crop to those of the photograph: flip, rotate, scale, move.
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) / scale
    turn = shrunk[::-1, None] * turn @ np.diag([mirror, upside])
    offset = ((centre + 0.5) * shrunk - 0.5)[::-1] - turn @ np.full(2, (crop - 1) / 2)
    matrix = np.column_stack([turn, offset])
    image, drawing, fov = (
        np.asarray(cv2.warpAffine(layer, matrix, (crop, crop), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP), np.uint8)
        for layer in layers
    )
    y, x = np.mgrid[:crop, :crop].astype(np.float32)
    places = (np.stack([x, y], axis=-1) @ turn.T + offset + 0.5) / (np.array(layers[2].shape[::-1]) / 2) - 1
    return image, drawing, fov, places.astype(np.float32)


@dataclass(frozen=True, eq=False)
class Light:
    """How a camera and an eye show the retina: in which light, through how much haze.

    Attributes:
        gamma: exponent of the pixel values.
        gains: (3,), factor of each channel.
        direction: (2,), unit vector (x, y) from the dark side to the bright one.
        edge: where along `direction` half of the light is lost that is lost at all, in radii of the field.
        width: over how many radii it falls.
        least: the light that is left on the dark side, 0 to 1.
        vignette: share of the light that is lost at the field's edge.
        haze: share of the light that comes from in front of the retina.
        hue: (3,), colour of the haze, 0 to 1.
        photons: how many make the brightest value; infinite for a photograph without their noise.
    """

    gamma: float
    gains: NDArray[np.float64]
    direction: NDArray[np.float64]
    edge: float
    width: float
    least: float
    vignette: float
    haze: float
    hue: NDArray[np.float64]
    photons: float

    @classmethod
    def draw(cls, settings: Augmentation, rng: np.random.Generator) -> Self:
        """Light at random, by the `gamma` and `wide` of the settings."""
        bad = rng.random() < settings.wide
        wide = {
            name: bad and rng.random() < 0.5 for name in ("cast", "fall", "vignette", "haze", "exposure", "photons")
        }
        gamma = np.exp(rng.uniform(-1, 1) * np.log1p(settings.gamma))
        gains = np.ones(3)
        if wide["cast"]:
            gains *= np.exp(rng.uniform(np.log([0.7, 0.1, 0.05]), np.log([1.5, 1.3, 1.6])))
        if wide["exposure"]:
            gains *= np.exp(rng.uniform(np.log(0.25), np.log(1.7)))
        angle = rng.uniform(0, 2 * np.pi)
        least = np.exp(rng.uniform(np.log(0.02), np.log(0.6))) if wide["fall"] else 1.0
        return cls(
            gamma=float(gamma),
            gains=gains,
            direction=np.array([np.cos(angle), np.sin(angle)]),
            edge=rng.uniform(-0.6, 0.6),
            width=rng.uniform(0.1, 0.6),
            least=float(least),
            vignette=rng.uniform(0.3, 0.95) if wide["vignette"] else 0.0,
            haze=rng.uniform(0.2, 0.85) if wide["haze"] else 0.0,
            hue=rng.uniform([0.35, 0.3, 0.15], [0.9, 0.8, 0.7]),
            photons=float(np.exp(rng.uniform(np.log(200), np.log(20000)))) if wide["photons"] else np.inf,
        )

    def shine(
        self, image: NDArray[Any], places: NDArray[np.float32], rng: np.random.Generator | None = None
    ) -> NDArray[np.float32]:
        """The photograph in this light: uint8 (..., 3) and (..., 2) to whole numbers from 0 to 255 as float32.

        The photons make noise where a random generator is given.
        """
        levels = (np.arange(256, dtype=np.float32) / 255) ** np.float32(self.gamma)
        shown = np.asarray(levels[image], np.float32)
        if self.haze:
            shown *= 1 - self.haze
            shown += self.haze * self.hue.astype(np.float32) * 0.7
        if self.least < 1 or self.vignette:
            along = (places @ self.direction.astype(np.float32) - np.float32(self.edge)) / np.float32(self.width)
            light = self.least + (1 - self.least) / (1 + np.exp(-along))
            light *= 1 - self.vignette * np.clip((places**2).sum(axis=-1), 0, 1.2) ** 1.5
            shown *= np.clip(light, 0, None)[..., None].astype(np.float32)
        if rng is not None and np.isfinite(self.photons):
            shown += np.sqrt(shown / np.float32(self.photons)) * rng.standard_normal(shown.shape, np.float32)
        shown *= 255 * self.gains.astype(np.float32)
        return np.rint(np.clip(shown, 0, 255, out=shown), out=shown)


def add_lesions(image: ImageArray, drawing: Layer, rng: np.random.Generator) -> ImageArray:
    """Patches that are not vessels, such as exudates, drusen, haemorrhages and scars, below the drawn vessels."""
    size = image.shape[0]
    shown = image.astype(np.float32)
    free = 1 - 0.8 * cv2.GaussianBlur(drawing, (0, 0), 1.0).astype(np.float32) / 255
    for _ in range(int(rng.integers(1, 7))):
        radius = float(np.exp(rng.uniform(np.log(1.5), np.log(size / 7))))
        grain = max(2, round(size / (2 * radius)))
        noise = cv2.resize(
            rng.normal(0, 0.35, (grain, grain)).astype(np.float32), (size, size), interpolation=cv2.INTER_CUBIC
        )
        y, x = np.mgrid[:size, :size].astype(np.float32)
        middle = rng.uniform(0, size, 2)
        stretch = np.exp(rng.uniform(-0.6, 0.6))
        away = np.hypot((y - middle[0]) * stretch, (x - middle[1]) / stretch) / radius
        patch = np.clip((1 - away + noise) * rng.uniform(1, 5), 0, 1) * (away < 2.5) * free * rng.uniform(0.25, 0.95)
        kind = rng.random()
        level = shown.mean(axis=(0, 1))
        if kind < 0.5:  # exudates, drusen, scars, reflexes
            colour = np.clip(level * rng.uniform(1.3, 2.2) + rng.uniform(0, 60), 0, 255)
        else:  # haemorrhages, pigment
            colour = level * rng.uniform([0.3, 0.15, 0.2], [0.8, 0.6, 0.8])
        shown += patch[..., None] * (colour.astype(np.float32) - shown)
    return np.clip(np.round(shown), 0, 255).astype(np.uint8)


def vary_camera(
    image: ImageArray,
    fov: BoolArray,
    places: NDArray[np.float32],
    thumbnail: tuple[ImageArray, NDArray[np.float32]],
    settings: Augmentation,
    *,
    rng: np.random.Generator,
) -> NDArray[np.float32]:
    """Vary the colours of a crop as between cameras, and normalise it as `venule.photograph.working.normalise` does.

    Args:
        image: uint8 (crop, crop, 3).
        fov: bool (crop, crop).
        places: float32 (crop, crop, 2), where in the field of view each pixel lies.
        thumbnail: pixels of the whole photograph inside its field of view, uint8 (n, 3), and their places (n, 2): the
            mean and deviation of the whole photograph in the same light.
        settings: everything but rotation, scale and flips.
        rng: random generator.

    Returns:
        float32 (3, crop, crop); 0 outside the field of view.
    """
    light = Light.draw(settings, rng)
    shown, whole = light.shine(image, places, rng), light.shine(*thumbnail)
    if rng.random() < settings.jpeg:
        quality = int(rng.integers(20, 96))
        encoded = cv2.imencode(".jpg", shown[..., ::-1].astype(np.uint8), (cv2.IMWRITE_JPEG_QUALITY, quality))[1]
        shown = np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR), np.float32)[..., ::-1]
    mean, deviation = whole.mean(axis=0), whole.std(axis=0)
    if settings.brightness:  # after the statistics: normalisation would take it out again
        shown *= np.float32(rng.uniform(1 - settings.brightness, 1 + settings.brightness))
        np.minimum(shown, 255, out=shown)
    shown -= mean
    shown /= np.where(deviation < 1e-3, np.inf, deviation).astype(np.float32)
    if rng.random() < settings.green_only:
        shown = np.repeat(shown[..., 1:2], 3, axis=2)
    shown *= rng.uniform(1 - settings.gain, 1 + settings.gain, 3).astype(np.float32)
    shown += rng.uniform(-settings.offset, settings.offset, 3).astype(np.float32)
    if settings.light:
        slow = rng.normal(0, settings.light, (4, 4)).astype(np.float32)
        shown += np.asarray(cv2.resize(slow, image.shape[1::-1], interpolation=cv2.INTER_CUBIC), np.float32)[..., None]
    if settings.blur and rng.random() < 0.5:
        shown = np.asarray(cv2.GaussianBlur(shown, (0, 0), rng.uniform(0.3, max(0.3, settings.blur))), np.float32)
    if settings.noise and rng.random() < 0.5:
        sigma = np.float32(settings.noise * rng.random() ** 2)  # mostly little
        noise = rng.standard_normal(shown.shape, np.float32)
        shown += np.multiply(noise, sigma, out=noise)
    shown *= fov[..., None]
    return np.ascontiguousarray(shown.transpose(2, 0, 1))


def smaller_field(
    field: Layer, diameter: float, settings: Augmentation, rng: np.random.Generator
) -> tuple[NDArray[np.float64], float]:
    """Where a camera with a smaller field of view could have looked.

    Args:
        field: the field of view of a photograph, (height, width), 255 inside.
        diameter: of that field, pixels.
        settings: `smallest_field`.
        rng: random generator.

    Returns:
        The (row, column) of the middle, a round field about which lies mostly in that of the photograph, and its
        share of the photograph's.
    """
    share = rng.uniform(settings.smallest_field, 1)
    turn, away = rng.uniform(0, 2 * np.pi), (1 - share) * diameter / 2 * np.sqrt(rng.random())
    middle = (np.array(field.shape) - 1) / 2 + away * np.array([np.sin(turn), np.cos(turn)])
    return middle, float(share)


def round_field(crop: int, diameter: float) -> BoolArray:
    """A round field of view in the middle of a crop: bool (crop, crop)."""
    away = np.arange(crop) - (crop - 1) / 2
    return np.asarray(np.hypot(away[:, None], away) <= diameter / 2)


def point_inside(fov: Layer, rng: np.random.Generator) -> NDArray[np.float64]:
    """A (row, column) anywhere in the field of view."""
    height, width = fov.shape
    while True:  # every field of view fills a good part of its frame, which is cut to it
        point = rng.uniform(0, (height, width))
        if fov[int(point[0]), int(point[1])]:
            return point
