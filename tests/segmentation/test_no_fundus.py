"""What is no photograph of a retina is refused, with what was seen; every photograph of a retina is segmented."""

from pathlib import Path

import cv2
import numpy as np
import pytest

import venule
from venule.errors import PhotographError
from venule.photograph import read_photograph

SAMPLES = ("astronaut", "brick", "cell", "chelsea", "coffee", "coins", "gravel", "ihc", "motorcycle_left", "text")


def smooth(rng, sigma, side=800):
    field = cv2.GaussianBlur(rng.standard_normal((side, side)).astype(np.float32), (0, 0), sigma)
    return field / field.std()


def page(rng):
    picture = np.full((1000, 800, 3), 245, np.uint8)
    for row in range(60, 950, 30):
        words = " ".join("".join(rng.choice(list("abcdefgh"), rng.integers(2, 9))) for _ in range(7))
        cv2.putText(picture, words, (40, row), cv2.FONT_HERSHEY_SIMPLEX, 0.7, (20, 20, 20), 1, cv2.LINE_AA)
    return picture


def layers(rng):
    """As OCT shows a section of the retina."""
    rows, columns = np.mgrid[:600, :1000].astype(np.float32)
    top = 300 + 40 * np.sin(columns / 300) - 50 * np.exp(-(((columns - 500) / 90) ** 2))
    shown = np.zeros((600, 1000), np.float32)
    for depth, level in ((0, 0.7), (30, 0.35), (55, 0.6), (80, 0.3), (110, 0.5), (150, 0.95), (165, 0.5)):
        shown[rows > top + depth] = level
    shown = (shown + 0.05) * rng.gamma(2, 0.5, shown.shape)
    return np.repeat(np.clip(220 * shown, 0, 255).astype(np.uint8)[..., None], 3, axis=2)


def chest(rng):
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


def marble(rng):
    veins = np.exp(-((smooth(rng, 20) / 0.06) ** 2)) + np.exp(-((smooth(rng, 40) / 0.06) ** 2))
    return np.clip(np.array([200, 190, 180]) - 90 * veins[..., None] + 6 * smooth(rng, 2)[..., None], 0, 255).astype(
        np.uint8
    )


def branch(picture, rng, place, direction, width):
    if width < 1:
        return
    for _ in range(int(rng.integers(30, 60))):
        direction += rng.normal(0, 0.05)
        step = place + 3 * np.array([np.cos(direction), np.sin(direction)])
        cv2.line(picture, place.astype(int).tolist(), step.astype(int).tolist(), (50, 40, 25), int(width))
        place = step
    for side in (-1, 1):
        branch(picture, rng, place, direction + side * rng.uniform(0.2, 0.7), width * 0.7)


def winter_tree(rng):
    picture = np.clip(np.array([215, 210, 200]) + 8 * smooth(rng, 3)[..., None], 0, 255).astype(np.uint8)
    branch(picture, rng, np.array([400.0, 790.0]), -np.pi / 2, 24)
    return picture


def in_a_circle(picture):
    side = min(picture.shape[:2])
    top, left = ((length - side) // 2 for length in picture.shape[:2])
    square = picture[top : top + side, left : left + side].copy()
    square[np.hypot(*(np.indices((side, side)) - (side - 1) / 2)) > 0.48 * side] = 0
    return square


@pytest.mark.parametrize("round_field", [False, True], ids=["frame", "circle"])
@pytest.mark.parametrize("make", [page, layers, chest, marble, winter_tree], ids=lambda make: make.__name__)
def test_pictures_that_are_made_are_refused(make, round_field):
    picture = make(np.random.default_rng(1))
    with pytest.raises(PhotographError, match="does not look like a fundus photograph: ") as caught:
        venule.segment(in_a_circle(picture) if round_field else picture)
    assert caught.value.reason == "not-a-fundus"


@pytest.mark.parametrize("round_field", [False, True], ids=["frame", "circle"])
@pytest.mark.parametrize("name", SAMPLES)
def test_sample_pictures_of_scikit_image_are_refused(name, round_field):
    samples = Path(pytest.importorskip("skimage.data").__file__).parent
    picture = cv2.cvtColor(cv2.imread(str(samples / f"{name}.png")), cv2.COLOR_BGR2RGB)
    with pytest.raises(PhotographError) as caught:
        venule.segment(in_a_circle(picture) if round_field else picture)
    assert caught.value.reason == "not-a-fundus"


def test_the_message_says_what_was_seen_and_the_picture_can_be_segmented_nevertheless():
    cat = marble(np.random.default_rng(1))
    with pytest.raises(PhotographError, match=r"its field of view is not round; .*Check that it is the right file"):
        venule.segment(cat)
    assert venule.segment(cat, any_picture=True).vessels.shape == (800, 800)


@pytest.mark.parametrize("seed", range(4))
def test_a_retina_is_not_refused_in_bad_light(seed):
    phantom = venule.make_phantom(seed, size=600)
    light = np.linspace(0.15, 1, 600)[None, :, None]
    for image in (phantom.image, (phantom.image * light).astype(np.uint8), cv2.GaussianBlur(phantom.image, (0, 0), 2)):
        assert venule.segment(image).vessels.any()


def test_no_real_photograph_is_refused(data):
    kinds = ("DRIVE/*/images/*", "CHASE_DB1/*.jpg", "HRF/images/*", "AVRDB/images/*", "IDRiD/images/*", "RIDB/images/*")
    for kind in kinds:
        paths = sorted(data.glob(kind))
        for path in paths[:: max(1, len(paths) // 5)]:
            assert venule.segment(read_photograph(path)).vessels.any(), path
