"""Pictures that are no photographs of a retina: made here, and the samples of scikit-image."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import skimage.data
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
SAMPLES = (
    "astronaut", "brick", "camera", "cell", "chelsea", "clock_motion", "coffee", "coins", "color", "gravel", "ihc",
    "logo", "moon", "motorcycle_left", "page", "text",
)  # fmt: skip


def sample(name: str) -> Picture:
    """One of the pictures that come with scikit-image, uint8 (height, width, 3)."""
    read = cv2.imread(str(Path(skimage.data.__file__).parent / f"{name}.png"))
    assert read is not None, name
    return np.asarray(cv2.cvtColor(read, cv2.COLOR_BGR2RGB), np.uint8)


def _smooth(rng: np.random.Generator, sigma: float, side: int = 800) -> NDArray[np.float32]:
    field = cv2.GaussianBlur(rng.standard_normal((side, side)).astype(np.float32), (0, 0), sigma)
    return np.asarray(field / field.std(), np.float32)


def page(rng: np.random.Generator) -> Picture:
    """A page of text."""
    picture = np.full((1000, 800, 3), 245, np.uint8)
    for row in range(60, 950, 30):
        words = " ".join("".join(rng.choice(list("abcdefgh"), rng.integers(2, 9))) for _ in range(7))
        cv2.putText(picture, words, (40, row), cv2.FONT_HERSHEY_SIMPLEX, 0.7, (20, 20, 20), 1, cv2.LINE_AA)
    return picture


def layers(rng: np.random.Generator) -> Picture:
    """As OCT shows a section of the retina."""
    rows, columns = np.mgrid[:600, :1000].astype(np.float32)
    top = 300 + 40 * np.sin(columns / 300) - 50 * np.exp(-(((columns - 500) / 90) ** 2))
    shown = np.zeros((600, 1000), np.float32)
    for depth, level in ((0, 0.7), (30, 0.35), (55, 0.6), (80, 0.3), (110, 0.5), (150, 0.95), (165, 0.5)):
        shown[rows > top + depth] = level
    shown = (shown + 0.05) * rng.gamma(2, 0.5, shown.shape)
    return np.repeat(np.clip(220 * shown, 0, 255).astype(np.uint8)[..., None], 3, axis=2)


def chest(rng: np.random.Generator) -> Picture:
    """As an X-ray shows ribs."""
    rows, columns = np.mgrid[:1000, :1000].astype(np.float32) / 1000
    shown = 0.55 + 0.3 * np.exp(-(((columns - 0.5) / 0.05) ** 2))
    for side in (-1, 1):
        lung = np.exp(-((((columns - 0.5 - side * 0.22) / 0.16) ** 2 + ((rows - 0.5) / 0.33) ** 2) ** 2))
        shown -= 0.3 * lung
        for rib in range(8):
            at = 0.2 + rib * 0.08 + 0.45 * (columns - 0.5) ** 2
            shown += 0.13 * np.exp(-(((rows - at) / 0.012) ** 2)) * lung
    shown = 255 * shown + rng.normal(0, 4, shown.shape)
    return np.repeat(np.clip(shown, 0, 255).astype(np.uint8)[..., None], 3, axis=2)


def marble(rng: np.random.Generator) -> Picture:
    """Polished stone with dark veins."""
    veins = np.exp(-((_smooth(rng, 20) / 0.06) ** 2)) + np.exp(-((_smooth(rng, 40) / 0.06) ** 2))
    return np.clip(np.array([200, 190, 180]) - 90 * veins[..., None] + 6 * _smooth(rng, 2)[..., None], 0, 255).astype(
        np.uint8
    )


def _branch(
    picture: Picture, rng: np.random.Generator, place: NDArray[np.float64], direction: float, width: float
) -> None:
    if width < 1:
        return
    for _ in range(int(rng.integers(30, 60))):
        direction += rng.normal(0, 0.05)
        step = place + 3 * np.array([np.cos(direction), np.sin(direction)])
        cv2.line(picture, place.astype(int).tolist(), step.astype(int).tolist(), (50, 40, 25), int(width))
        place = step
    for side in (-1, 1):
        _branch(picture, rng, place, direction + side * rng.uniform(0.2, 0.7), width * 0.7)


def winter_tree(rng: np.random.Generator) -> Picture:
    """A tree without leaves before the sky."""
    picture = np.clip(np.array([215, 210, 200]) + 8 * _smooth(rng, 3)[..., None], 0, 255).astype(np.uint8)
    _branch(picture, rng, np.array([400.0, 790.0]), -np.pi / 2, 24)
    return picture


def in_a_circle(picture: Picture) -> Picture:
    """The middle of a picture in a black frame, as a camera shows the retina."""
    side = min(picture.shape[:2])
    top, left = ((length - side) // 2 for length in picture.shape[:2])
    square = picture[top : top + side, left : left + side].copy()
    square[np.hypot(*(np.indices((side, side)) - (side - 1) / 2)) > 0.48 * side] = 0
    return square


MADE: tuple[Callable[[np.random.Generator], Picture], ...] = (page, layers, chest, marble, winter_tree)
