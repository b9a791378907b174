"""The camera that photographs a phantom: its light, haze, blur, noise and JPEG."""

from io import BytesIO

import cv2
import numpy as np
from PIL import Image

from venule.datasets.phantoms.anatomy import UNITS
from venule.datasets.phantoms.noise import smooth_noise
from venule.photograph import FieldOfView
from venule.photograph.arrays import FloatArray, ImageArray


def expose(
    retina: FloatArray,
    fov: FieldOfView,
    places: tuple[FloatArray, FloatArray],
    scale: float,
    rng: np.random.Generator,
) -> ImageArray:
    """Take the photograph.

    Args:
        retina: float32 (height, width, 3) RGB under even light.
        fov: the field of view; black outside.
        places: the units (1, width) and (height, 1) of the pixels.
        scale: pixels per unit.
        rng: where the randomness comes from.

    Returns:
        uint8 (height, width, 3) RGB, after JPEG.
    """
    shape = fov.mask.shape
    x, y = places
    reach = UNITS / 2
    lamp = rng.normal(0, 0.25, 2)
    squared = (x / reach - lamp[0]) ** 2 + (y / reach - lamp[1]) ** 2
    light = 1.08 - rng.uniform(0.08, 0.5) * squared + 0.05 * smooth_noise(shape, 140 * scale, rng)
    scene = retina * np.clip(light, 0.25, 1.4)[..., None]
    if rng.random() < 0.5:  # stray light makes one side pale
        angle = rng.uniform(0, 2 * np.pi)
        edge = (x * np.cos(angle) + y * np.sin(angle)) / reach + 0.3 * np.hypot(x, y) ** 2 / reach**2
        veil = np.clip((edge - rng.uniform(0.3, 0.8)) / 0.8, 0, 1) ** 1.5 * rng.uniform(0.2, 0.7)
        grey = scene.mean((0, 1)) * np.array([0.95, 1.35, 1.5], np.float32)
        scene = scene + veil[..., None] * (grey - scene)
    away = np.hypot(x, y) * scale
    fringe = -np.sort(rng.uniform(-0.8, 0.8, 3)) * scale**0.5  # red is displaced most, blue least
    rim = np.stack([np.clip(fov.diameter / 2 - away + extra, 0, 1) for extra in fringe], axis=-1)
    scene = cv2.GaussianBlur(scene * rim, (0, 0), rng.uniform(0.3, 0.8) * scale)
    noise = rng.standard_normal(scene.shape, dtype=np.float32)
    grain = rng.uniform(0.35, 0.8)
    noise = cv2.GaussianBlur(noise, (0, 0), grain) * (2 * grain * 1.77)
    scene = scene + noise * rng.uniform(1.2, 3.4) * (0.3 + 0.7 * np.sqrt(np.clip(scene, 0, 255) / 128))
    picture = np.clip(np.rint(scene + rng.uniform(0, 4)), 0, 255).astype(np.uint8)
    file = BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=int(rng.integers(75, 96)))
    return np.array(Image.open(file))
