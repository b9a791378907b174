"""Photographs made worse: blur, defocus, noise, darkness, haze and compression, each at several strengths."""

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
PHOTONS = 2000.0  # that make the brightest grey level


def degrade(image: ImageArray, fov: BoolArray, *, kind: str, strength: float, diameter: float, seed: int) -> ImageArray:
    """A photograph made worse.

    Args:
        image: uint8 (height, width, 3) RGB.
        fov: bool (height, width), its field of view; nothing changes outside, but for JPEG.
        kind: see `STRENGTHS`.
        strength: see `STRENGTHS`.
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


def _dark(level: Level, left: float, seed: int) -> Level:
    photons = level / 255 * PHOTONS * left
    return np.asarray((photons + np.sqrt(photons) * _noise(level.shape, seed)) / PHOTONS * 255, np.float32)


def _hazy(level: Level, fov: BoolArray, share: float, diameter: float) -> Level:
    """As through a cloudy lens: a share of the light is spread over the photograph, and a little blur."""
    veil = np.float32(0.6) * level[fov].mean(axis=0) + np.float32(0.4 * 160)
    clear = _blurred(level, share * diameter / 1000)
    return np.asarray((1 - share) * clear + share * veil, np.float32)
