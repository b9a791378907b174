"""Spots that are not vessels: drusen, exudates, haemorrhages and microaneurysms."""

import cv2
import numpy as np

from venule.datasets.phantoms.anatomy import UNITS, Anatomy
from venule.photograph.arrays import FloatArray

# share of eyes that have them, largest number, smallest and largest diameter in units,
# change of red, green and blue (logarithms), blur in units, and whether they form one group
DRUSEN = (0.3, 60, 1.5, 6.0, (0.06, 0.2, 0.15), 0.8, True)
EXUDATES = (0.2, 50, 1.0, 5.0, (0.2, 0.65, 0.4), 0.4, True)
HAEMORRHAGES = (0.2, 14, 3.0, 14.0, (-0.15, -0.45, -0.3), 1.0, False)
MICROANEURYSMS = (0.2, 25, 1.5, 3.0, (-0.08, -0.35, -0.25), 0.6, False)


def scatter_spots(
    retina: FloatArray,
    eye: Anatomy,
    scale: float,
    places: tuple[FloatArray, FloatArray],
    rng: np.random.Generator,
) -> FloatArray:
    """Draw spots on some retinas.

    Args:
        retina: float32 (height, width, 3) RGB.
        eye: with the fovea, around which drusen and exudates gather.
        scale: pixels per unit.
        places: the units (1, width) and (height, 1) of the pixels.
        rng: where the randomness comes from.

    Returns:
        float32 (height, width, 3) RGB; without spots, the retina as given.
    """
    origin = np.array([-places[0][0, 0], -places[1][0, 0]]) * scale
    for frequency, most, smallest, largest, change, blur, crowded in (DRUSEN, EXUDATES, HAEMORRHAGES, MICROANEURYSMS):
        if rng.random() > frequency:
            continue
        count = int(rng.integers(3, most))
        centre = np.array(eye.fovea) + rng.normal(0, 30, 2) if crowded else np.zeros(2)
        spots = centre + rng.normal(0, rng.uniform(25, 70) if crowded else UNITS / 4, (count, 2))
        sizes = smallest * (largest / smallest) ** (rng.random(count) ** 2)
        layer = np.zeros(retina.shape[:2], np.float32)
        for (x, y), size, angle, flat in zip(
            spots, sizes, rng.uniform(0, 180, count), rng.uniform(0.5, 1, count), strict=True
        ):
            column, row = np.array([x, y]) * scale + origin
            cv2.ellipse(
                layer,
                (round(16 * column), round(16 * row)),
                (round(8 * size * scale), round(8 * size * flat * scale)),
                float(angle),
                0,
                360,
                float(rng.uniform(0.4, 1)),
                thickness=-1,
                shift=4,
            )
        layer = cv2.GaussianBlur(layer, (0, 0), blur * scale).astype(np.float32)
        retina = retina * np.exp(layer[..., None] * np.array(change, np.float32))
    return retina
