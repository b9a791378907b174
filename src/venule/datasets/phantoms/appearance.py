"""The appearance of a phantom: the retina under its vessels, and the camera in front of it.

Colours are made as light is: a lit ground, and layers before it that each take away a share of red, green and blue.
"""

import math
from io import BytesIO

import cv2
import numpy as np
from PIL import Image

from venule.datasets.phantoms.anatomy import UNITS, Anatomy
from venule.datasets.phantoms.vessels import Sweep
from venule.photograph import FieldOfView
from venule.photograph.arrays import FloatArray, ImageArray

PIGMENT = np.array([0.45, 1.0, 1.1], np.float32)  # absorption of red, green and blue by melanin, relative to green
BLOOD = np.array([0.28, 1.0, 0.75], np.float32)
# share of eyes that have them, largest number, smallest and largest diameter in units,
# change of red, green and blue (logarithms), blur in units, and whether they form one group
DRUSEN = (0.3, 60, 1.5, 6.0, (0.06, 0.2, 0.15), 0.8, True)
EXUDATES = (0.2, 50, 1.0, 5.0, (0.2, 0.65, 0.4), 0.4, True)
HAEMORRHAGES = (0.2, 14, 3.0, 14.0, (-0.15, -0.45, -0.3), 1.0, False)
MICROANEURYSMS = (0.2, 25, 1.5, 3.0, (-0.08, -0.35, -0.25), 0.6, False)


def photograph_eye(
    eye: Anatomy, fov: FieldOfView, arteries: Sweep, veins: Sweep, rng: np.random.Generator
) -> ImageArray:
    """Paint the retina and its vessels, and take the photograph: uint8 (height, width, 3) RGB."""
    shape = fov.mask.shape
    scale = fov.diameter / UNITS
    x = ((np.arange(shape[1]) - fov.centre[1]) / scale).astype(np.float32)[None, :]
    y = ((np.arange(shape[0]) - fov.centre[0]) / scale).astype(np.float32)[:, None]
    ground = _ground_colour(rng)
    density = _pigment(eye, x, y, scale, rng)[..., None] * PIGMENT
    retina = ground * np.exp(-density)
    retina = _paint_disc(retina, ground, eye, x, y, scale, rng)
    retina = _scatter_spots(retina, eye, x, y, scale, rng)
    blood = _blood(arteries, veins, np.hypot(x, y), scale, rng)
    retina = np.minimum(retina, 250) * np.exp(-blood[..., None] * BLOOD)
    return _expose(retina, fov, x, y, scale, rng)


def _ground_colour(rng: np.random.Generator) -> FloatArray:
    """A colour from dark brown through red and orange to pale, as cameras, ages and pigments differ."""
    red = rng.uniform(140, 265)
    pale = rng.beta(1.3, 1.8)
    green = red * (0.27 + 0.33 * pale + rng.normal(0, 0.02))
    blue = green * np.clip(0.15 + 0.45 * pale + rng.normal(0, 0.1), 0.1, 0.75)
    return np.array([red, green, blue], np.float32)


def _pigment(eye: Anatomy, x: FloatArray, y: FloatArray, scale: float, rng: np.random.Generator) -> FloatArray:
    """Optical density of macula and choroid: (height, width), about zero."""
    shape = (y.shape[0], x.shape[1])
    away = np.hypot(x - eye.fovea[0], y - eye.fovea[1]) / eye.disc_diameter
    density = rng.uniform(0.12, 0.4) * np.exp(-((away / rng.uniform(0.8, 1.4)) ** 2))
    density += rng.uniform(0.05, 0.22) * np.exp(-((away / rng.uniform(0.2, 0.4)) ** 2))
    density -= rng.uniform(0.0, 0.2) * (rng.random() < 0.4) * np.exp(-((away / 0.06) ** 2))  # the foveal reflex
    for grain, most in ((2.5, 0.035), (7, 0.03), (22, 0.05), (75, 0.1)):
        density += rng.uniform(0.3, 1) * most * _smooth_noise(shape, grain * scale, rng)
    if rng.random() < 0.5:
        density += _choroid(shape, scale, rng) * rng.uniform(0.03, 0.22) * (1 - np.exp(-(away**2)))
    return np.asarray(density, np.float32)


def _choroid(shape: tuple[int, int], scale: float, rng: np.random.Generator) -> FloatArray:
    """Bands of choroidal vessels: the zero lines of stretched noise, in parts of the retina."""
    bands = np.zeros(shape, np.float32)
    for _ in range(2):
        noise = _smooth_noise(shape, rng.uniform(9, 20) * scale, rng, stretch=rng.uniform(2, 4))
        bands += np.exp(-((noise / 0.6) ** 2))
    where = np.clip(_smooth_noise(shape, 110 * scale, rng) * 0.6 + 0.5, 0, 1)
    strength = float(rng.choice([1.0, 1.0, -0.4]))  # bright vessels, or dark gaps between them
    return np.asarray((0.6 - bands) * where * strength, np.float32)


def _paint_disc(
    retina: FloatArray,
    ground: FloatArray,
    eye: Anatomy,
    x: FloatArray,
    y: FloatArray,
    scale: float,
    rng: np.random.Generator,
) -> FloatArray:
    shape = retina.shape[:2]
    dx, dy = x - eye.disc[0], y - eye.disc[1]
    side = math.copysign(1.0, eye.temporal[0])
    radius = eye.disc_diameter / 2
    wobble = 1 + 0.03 * _smooth_noise(shape, 30 * scale, rng)
    away = np.hypot(dx * rng.uniform(1.0, 1.12), dy) / radius * wobble
    soft = rng.uniform(0.03, 0.09)
    disc = 1 / (1 + np.exp(np.clip((away - 1) / soft, -30, 30)))
    cup_size = rng.uniform(0.3, 0.62)
    cup_away = np.hypot(dx - side * 0.12 * radius, dy) / radius * wobble
    cup = 1 / (1 + np.exp(np.clip((cup_away - cup_size) / rng.uniform(0.05, 0.15), -30, 30)))
    temporal_pallor = np.clip(1 + rng.uniform(0.03, 0.15) * side * dx / radius, 0.7, 1.3)
    red = min(255.0, ground[0] * rng.uniform(1.15, 1.5))
    green = red * np.clip(ground[1] / ground[0] + rng.uniform(0.15, 0.38), 0.45, 0.8)
    blue = green * np.clip(ground[2] / ground[1] + rng.uniform(0.0, 0.3), 0.3, 0.8)
    rim = np.array([red, green, blue], np.float32) * (1 + 0.03 * _smooth_noise(shape, 5 * scale, rng))[..., None]
    bright = np.array([1.08, rng.uniform(1.08, 1.25), rng.uniform(1.1, 1.6)], np.float32)
    colour = rim * temporal_pallor[..., None] * (1 + cup[..., None] * (bright - 1))
    for channel, most in ((1, 0.86), (2, 0.72)):  # from pink to pale yellow, never green or blue
        colour[..., channel] = np.minimum(colour[..., channel], most * np.minimum(colour[..., channel - 1], 255))
    halo = np.exp(-((np.maximum(away - 1, 0) / rng.uniform(0.25, 0.9)) ** 2)) * rng.uniform(-0.08, 0.22)
    retina = retina * np.exp(halo[..., None] * PIGMENT)
    if rng.random() < 0.3:  # a pale crescent at the temporal edge
        crescent = np.exp(-(((np.hypot(dx - side * 0.12 * radius, dy) / radius - 1.02) / 0.08) ** 2))
        crescent *= np.clip(side * dx / radius, 0, 1)
        retina = retina * (1 + crescent[..., None] * np.array([0.15, 0.4, 0.4], np.float32))
    return np.asarray(retina + disc[..., None] * (colour - retina), np.float32)


def _blood(arteries: Sweep, veins: Sweep, rho: FloatArray, scale: float, rng: np.random.Generator) -> FloatArray:
    """Density of the blood in green: deeper in veins and in wide vessels, with the light reflex along arteries."""
    strength = rng.uniform(0.4, 0.95)
    softness = rng.uniform(0.4, 0.85) * scale**0.5
    reflex = rng.uniform(0.15, 0.9)
    fading = 1 - rng.uniform(0.0, 0.35) * (rho / (UNITS / 2)) ** 2
    total = np.zeros(rho.shape, np.float32)
    for sweep, share, shine in ((veins, 1.0, 0.3 * reflex), (arteries, rng.uniform(0.6, 0.85), reflex)):
        cover = np.clip(0.5 - sweep.depth, 0, 1)
        width = sweep.calibre / scale
        radius = np.maximum(sweep.calibre / 2, 0.5)
        inside = np.clip(-sweep.depth / radius, 0, 1)  # 0 at the wall, 1 on the centreline
        column = 0.55 + 0.45 * np.sqrt(np.clip(1 - (1 - inside) ** 2, 0, 1))
        stripe = shine * np.exp(-(((1 - inside) / 0.35) ** 2)) * np.clip((width - 2.5) / 2.5, 0, 1)
        depth = share * strength * (1 - np.exp(-(width + 0.3) / 2.8)) * cover * (column - stripe)
        depth *= 1 + 0.1 * _smooth_noise(rho.shape, 14 * scale, rng)
        total = np.maximum(total, depth) + 0.25 * np.minimum(total, depth)
    return cv2.GaussianBlur(total * fading, (0, 0), softness).astype(np.float32)


def _scatter_spots(
    retina: FloatArray, eye: Anatomy, x: FloatArray, y: FloatArray, scale: float, rng: np.random.Generator
) -> FloatArray:
    """Draw lesions on some retinas; drusen and exudates gather around the fovea."""
    origin = np.array([-x[0, 0], -y[0, 0]]) * scale
    for frequency, most, smallest, largest, change, blur, crowded in (DRUSEN, EXUDATES, HAEMORRHAGES, MICROANEURYSMS):
        if rng.random() > frequency:
            continue
        count = int(rng.integers(3, most))
        centre = np.array(eye.fovea) + rng.normal(0, 30, 2) if crowded else np.zeros(2)
        spots = centre + rng.normal(0, rng.uniform(25, 70) if crowded else UNITS / 4, (count, 2))
        sizes = smallest * (largest / smallest) ** (rng.random(count) ** 2)
        layer = np.zeros(retina.shape[:2], np.float32)
        for place, size, angle, flat in zip(
            spots, sizes, rng.uniform(0, 180, count), rng.uniform(0.5, 1, count), strict=True
        ):
            column, row = place * scale + origin
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


def _expose(
    retina: FloatArray, fov: FieldOfView, x: FloatArray, y: FloatArray, scale: float, rng: np.random.Generator
) -> ImageArray:
    """Light an evenly lit retina, add haze, blur, noise and black outside the field of view, and save it as JPEG."""
    shape = fov.mask.shape
    reach = UNITS / 2
    lamp = rng.normal(0, 0.25, 2)
    squared = (x / reach - lamp[0]) ** 2 + (y / reach - lamp[1]) ** 2
    light = 1.08 - rng.uniform(0.08, 0.5) * squared + 0.05 * _smooth_noise(shape, 140 * scale, rng)
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


def _smooth_noise(
    shape: tuple[int, int], grain: float, rng: np.random.Generator, *, stretch: float = 1.0
) -> FloatArray:
    """Smooth Gaussian noise, mean near 0 and standard deviation near 1, with blobs of `grain` pixels.

    Blobs are `stretch` times longer than wide, in a random direction.
    """
    side = max(shape) if stretch == 1 else 1.5 * max(shape)
    rows = int(np.ceil(side / grain)) + 3
    columns = int(np.ceil(side / grain / stretch)) + 3
    coarse = rng.standard_normal((rows, columns)).astype(np.float32)
    angle = rng.uniform(0, np.pi) if stretch != 1 else 0.0
    # from the pixels of the field to the coarse grid: rotate about the centre, then shrink
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    shrink = np.diag([1 / (grain * stretch), 1 / grain])
    matrix = shrink @ turn
    offset = np.array([columns - 1, rows - 1]) / 2 - matrix @ (np.array([shape[1] - 1, shape[0] - 1]) / 2)
    field = cv2.warpAffine(
        coarse,
        np.column_stack([matrix, offset]),
        (shape[1], shape[0]),
        flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REFLECT,
    )
    return (field * 1.25).astype(np.float32)  # interpolation has reduced the standard deviation
