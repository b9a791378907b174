"""Photographs made worse: out of focus, noisy, dark, hazy, compressed, in uneven or coloured light."""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from venule.photograph.arrays import BoolArray, ImageArray

Level = NDArray[np.float32]

# Strengths of each kind. Blur and defocus: sigma and radius in thousandths of the diameter of the field of view: 1 is
# half a pixel of DRIVE, and three of HRF. Noise: standard deviation in grey levels. Dark: of the light, what is left,
# with the noise of its photons. Haze: share of the light that is scattered. JPEG: quality.
STRENGTHS: dict[str, tuple[float, ...]] = {
    "blur": (1, 3, 6, 10),
    "defocus": (3, 6, 10, 15),
    "noise": (5, 10, 20, 30),
    "dark": (0.5, 0.25, 0.12, 0.06),
    "haze": (0.4, 0.7, 0.85, 0.93),
    "jpeg": (50, 25, 12, 5),
}
# Further kinds, for the robustness of models. Fall-off: light that is left at the darker side. Red cast: share of the
# green and blue that is lost. Vignette: share of the light that is lost at the edge. Gamma: exponent. Grey: share of
# the colour that is lost to the mean of the channels.
LIGHT: dict[str, tuple[float, ...]] = {
    "fall-off": (0.5, 0.2, 0.08, 0.03),
    "red cast": (0.5, 0.75, 0.88, 0.95),
    "vignette": (0.3, 0.6, 0.8, 0.95),
    "gamma": (0.5, 0.7, 1.5, 2.5),
    "grey": (0.25, 0.5, 0.75, 1),
}
PHOTONS = 2000.0  # that make the brightest grey level


def degrade(image: ImageArray, fov: BoolArray, *, kind: str, strength: float, diameter: float, seed: int) -> ImageArray:
    """A photograph made worse.

    Args:
        image: uint8 (height, width, 3) RGB.
        fov: bool (height, width), its field of view; nothing changes outside, but for JPEG.
        kind: of `STRENGTHS` or `LIGHT`.
        strength: see there.
        diameter: of the field of view, pixels.
        seed: of what is random.

    Returns:
        uint8 (height, width, 3) RGB.
    """
    if kind == "jpeg":
        content = cv2.imencode(
            ".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, int(strength)]
        )[1]
        return np.asarray(
            cv2.cvtColor(np.asarray(cv2.imdecode(content, cv2.IMREAD_COLOR)), cv2.COLOR_BGR2RGB), np.uint8
        )
    change: dict[str, Callable[[Level], Level]] = {
        "blur": lambda level: _blurred(level, strength * diameter / 1000),
        "defocus": lambda level: _defocused(level, strength * diameter / 1000),
        "noise": lambda level: level + strength * _noise(level.shape, seed),
        "dark": lambda level: _dark(level, strength, seed),
        "haze": lambda level: _hazy(level, fov, strength, diameter),
        "fall-off": lambda level: _dark(level, _falling_light(fov, strength, diameter)[..., None], seed),
        "red cast": lambda level: level * np.array([1, 1 - strength, 1 - strength], np.float32),
        "vignette": lambda level: level * (1 - strength * _radius(fov, diameter) ** 3)[..., None],
        "gamma": lambda level: 255 * (level / 255) ** np.float32(strength),
        "grey": lambda level: level + strength * (level.mean(axis=2, keepdims=True) - level),
    }
    worse = np.clip(np.rint(change[kind](image.astype(np.float32))), 0, 255).astype(np.uint8)
    return np.where(fov[..., None], worse, image)


def _blurred(level: Level, sigma: float) -> Level:
    return np.asarray(cv2.GaussianBlur(level, (0, 0), sigma), np.float32)


def _defocused(level: Level, radius: float) -> Level:
    """Through an open aperture out of focus: every point becomes a disc."""
    half = int(np.ceil(radius))
    rows, columns = np.ogrid[-half : half + 1, -half : half + 1]
    disc = np.clip(radius + 0.5 - np.hypot(rows, columns), 0, 1).astype(np.float32)
    return np.asarray(cv2.filter2D(level, -1, disc / disc.sum()), np.float32)


def _noise(shape: tuple[int, ...], seed: int) -> Level:
    return np.random.default_rng(seed).standard_normal(shape, np.float32)


def _dark(level: Level, left: float | Level, seed: int) -> Level:
    photons = level / 255 * PHOTONS * left
    return np.asarray((photons + np.sqrt(photons) * _noise(level.shape, seed)) / PHOTONS * 255, np.float32)


def _hazy(level: Level, fov: BoolArray, share: float, diameter: float) -> Level:
    """As through a cloudy lens: a share of the light is spread over the photograph, and a little blur."""
    veil = np.float32(0.6) * level[fov].mean(axis=0) + np.float32(0.4 * 160)
    clear = _blurred(level, share * diameter / 1000)
    return np.asarray((1 - share) * clear + share * veil, np.float32)


def _falling_light(fov: BoolArray, left: float, diameter: float) -> Level:
    """1 at the bright side, `left` at the dark one; it falls between the middle and the bright side."""
    columns = np.arange(fov.shape[1], dtype=np.float32) - np.flatnonzero(fov.any(axis=0)).mean()
    light = left + (1 - left) / (1 + np.exp(1 - columns / (0.08 * diameter)))
    return np.broadcast_to(light, fov.shape).astype(np.float32)


def _radius(fov: BoolArray, diameter: float) -> Level:
    """Distance from the middle of the field of view, in its radii; at most 1."""
    rows, columns = (np.flatnonzero(fov.any(axis=axis)).mean() for axis in (1, 0))
    y, x = np.ogrid[: fov.shape[0], : fov.shape[1]]
    return np.minimum(np.hypot(y - rows, x - columns) / (diameter / 2), 1).astype(np.float32)
