"""The field of view: truth is the disc that was drawn, or the mask that came with the photograph."""

from functools import lru_cache

import cv2
import numpy as np
import pytest

from venule.errors import PhotographError
from venule.photograph import decode, find_fov, fov_from_mask, photograph_from_array, read_photograph


def disc(shape, centre, diameter):
    rows, columns = np.mgrid[0 : shape[0], 0 : shape[1]]
    return np.hypot(rows - centre[0], columns - centre[1]) <= diameter / 2


@lru_cache
def retina(shape, *, seed=0, vignette=0.0):
    """Red before green before blue, with vessels, a disc, uneven light and noise: uint8 (height, width, 3)."""
    rng = np.random.default_rng(seed)
    height, width = shape
    rows, columns = np.mgrid[0:height, 0:width] / max(shape)
    light = 1 + 0.15 * np.sin(3 * rows + 1) * np.cos(4 * columns)
    vessels = np.zeros(shape, np.uint8)
    for start in rng.uniform(0, 1, (14, 2)):
        steps = np.cumsum(rng.normal(0, 0.03, (40, 2)), axis=0) + np.linspace([0, 0], rng.uniform(-0.7, 0.7, 2), 40)
        line = ((start + steps)[:, ::-1] * max(shape)).astype(np.int32)
        cv2.polylines(vessels, [line], False, 1, max(1, max(shape) // 150))
    light = light - 0.25 * cv2.GaussianBlur(vessels.astype(np.float32), (0, 0), max(shape) / 500)
    light = light + 0.5 * disc(shape, (0.45 * height, 0.35 * width), 0.12 * max(shape))
    light *= 1 - vignette * np.hypot(rows - 0.5 * height / max(shape), columns - 0.5 * width / max(shape)) ** 2 * 4
    noise = rng.normal(0, 3, (*shape, 1))
    return np.clip(light[..., None] * np.array([165.0, 80.0, 40.0]) + noise, 0, 255).astype(np.uint8)


def photographed(mask, *, border=(2, 2, 2), seed=0, vignette=0.0):
    noise = np.random.default_rng(seed).normal(0, 1.5, (*mask.shape, 3))
    around = np.clip(np.array(border) + noise, 0, 255).astype(np.uint8)
    return np.where(mask[..., None], retina(mask.shape, seed=seed, vignette=vignette), around)


def as_jpeg(image, quality):
    _, data = cv2.imencode(".jpg", image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return decode(data.tobytes())


def overlap(a, b):
    return np.count_nonzero(a & b) / np.count_nonzero(a | b)


def assert_found(image, mask, diameter):
    fov = find_fov(image)
    assert fov.mask.shape == image.shape[:2]
    assert overlap(fov.mask, mask) >= 0.98
    assert fov.diameter == pytest.approx(diameter, rel=0.01)
    return fov


@pytest.mark.parametrize("border", [(0, 0, 0), (9, 8, 7), (255, 255, 255), (128, 128, 128), (245, 245, 240)])
@pytest.mark.parametrize(
    ("shape", "centre", "diameter"),
    [
        pytest.param((584, 565), (300, 280), 530, id="whole circle"),
        pytest.param((600, 900), (299.5, 449.5), 840, id="cut at top and bottom"),
        pytest.param((700, 700), (380, 300), 560, id="off-centre"),
        pytest.param((600, 700), (250, 290), 620, id="cut on two sides"),
        pytest.param((1000, 1400), (500, 700), 900, id="larger than the working copy"),
        pytest.param((96, 96), (48, 47), 88, id="small"),
        pytest.param((800, 1200), (400, 600), 380, id="small in its frame"),
    ],
)
def test_a_circle_is_found_whatever_surrounds_it(shape, centre, diameter, border):
    mask = disc(shape, centre, diameter)
    fov = assert_found(photographed(mask, border=border), mask, diameter)
    assert fov.centre == pytest.approx(centre, abs=0.01 * diameter)


def test_a_circle_cut_off_straight_inside_the_frame_keeps_its_diameter():
    mask = disc((800, 800), (400, 400), 760)
    mask[:140] = mask[660:] = False
    fov = assert_found(photographed(mask), mask, 760)
    assert not fov.mask[:136].any()


def test_burned_in_text_outside_is_not_field_of_view():
    mask = disc((600, 900), (300, 450), 560)
    image = np.ascontiguousarray(photographed(mask))
    for row, text in [(40, "DOE, JANE 1950"), (80, "OD 2019-03-01"), (570, "45 deg")]:
        cv2.putText(image, text, (10, row), cv2.FONT_HERSHEY_SIMPLEX, 0.9, (255, 255, 255), 2)
    fov = assert_found(image, mask, 560)
    assert not fov.mask[:, :160].any()


@pytest.mark.parametrize("worse", ["jpeg", "dark", "blurred", "vignette", "red-free"])
def test_a_bad_photograph_keeps_its_circle(worse):
    mask = disc((584, 565), (290, 280), 530)
    image = photographed(mask, border=(6, 6, 6), vignette=0.85 if worse == "vignette" else 0)
    image = {
        "jpeg": lambda: as_jpeg(image, 10),
        "dark": lambda: (image * 0.3).astype(np.uint8),
        "blurred": lambda: cv2.GaussianBlur(image, (0, 0), 4),
        "vignette": lambda: image,
        "red-free": lambda: np.repeat(image[..., 1:2], 3, axis=2),
    }[worse]()
    assert_found(image, mask, 530)


@pytest.mark.parametrize("vignette", [0, 0.5])
@pytest.mark.parametrize("grey", [False, True])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_photograph_without_a_border_is_field_of_view_up_to_its_corners(seed, grey, vignette):
    image = retina((500, 600), seed=seed, vignette=vignette)
    fov = find_fov(np.repeat(image[..., 1:2], 3, axis=2) if grey else image)
    assert fov.mask.all()
    assert (fov.diameter, fov.centre) == (600, (249.5, 299.5))


def test_a_square_field_of_view_is_found_as_it_is():
    mask = np.zeros((600, 800), np.bool_)
    mask[60:560, 100:680] = True
    fov = find_fov(photographed(mask))
    assert overlap(fov.mask, mask) >= 0.98
    assert fov.diameter == pytest.approx(580, abs=4)


# Squashed, filtered, framed: the truth is the mask that goes through the same steps.

CAMERAS = {
    "whole": ((584, 565), (300, 280), 530),
    "cut at top and bottom": ((600, 900), (299.5, 449.5), 840),
    "cut on two sides": ((600, 700), (250, 290), 620),
}


def taken(camera):
    shape, centre, diameter = CAMERAS[camera]
    mask = disc(shape, centre, diameter)
    return photographed(mask), mask, diameter


def resized(image, mask, width, height):
    return (
        cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA),
        cv2.resize(mask.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST) > 0,
    )


@pytest.mark.parametrize("size", [(512, 512), (224, 224), (512, 384), (300, 600)])
@pytest.mark.parametrize("camera", CAMERAS)
def test_a_squashed_photograph_keeps_its_retina_and_says_that_it_is_not_round(camera, size):
    image, mask, _ = taken(camera)
    squashed, true = resized(image, mask, *size)
    fov = find_fov(squashed)
    assert overlap(fov.mask, true) > 0.98
    proportions = size[1] / size[0] / (image.shape[0] / image.shape[1])
    assert ("fov-not-round" in fov.notes) == (abs(proportions - 1) > 0.03)


@pytest.mark.parametrize("camera", CAMERAS)
def test_a_true_circle_is_not_called_squashed(camera):
    assert find_fov(taken(camera)[0]).notes == ()


def test_a_photograph_that_is_none_in_colour_is_named_for_what_it_is():
    image, mask, _ = taken("cut at top and bottom")
    green = image[..., 1:2]
    assert find_fov(np.repeat(green, 3, axis=2)).notes == ("red-free",)
    assert find_fov(np.concatenate([green // 8, green, green // 8], axis=2)).notes == ("red-free",)
    bright = np.where(mask[..., None], 255 - green, 0).astype(np.uint8)  # vessels filled with dye
    assert find_fov(np.repeat(bright, 3, axis=2)).notes == ("angiogram",)
    lasers = np.where(mask[..., None], np.stack([image[..., 0], image[..., 1], np.zeros_like(mask)], -1), 0)
    lasers = cv2.resize(lasers.astype(np.uint8), None, fx=1.3, fy=1)
    assert "ultra-wide-field" in find_fov(lasers).notes


def test_a_mask_of_a_squashed_photograph_is_an_ellipse():
    image, mask, _ = taken("cut at top and bottom")
    _, true = resized(image, mask, 512, 512)
    fov = fov_from_mask(true)
    assert fov.notes == ("fov-not-round",)
    assert fov.diameter == pytest.approx(840 * np.sqrt(512 / 900 * 512 / 600), rel=0.02)


@pytest.mark.parametrize("sigma", [8, 10, 25])
@pytest.mark.parametrize("camera", CAMERAS)
def test_the_ring_of_a_photograph_minus_its_blurred_copy_is_not_retina(camera, sigma):
    image, mask, diameter = taken(camera)
    fov = assert_found(cv2.addWeighted(image, 4, cv2.GaussianBlur(image, (0, 0), sigma), -4, 128), mask, diameter)
    assert fov.notes == ("preprocessed",)


def test_a_filtered_photograph_cut_to_nine_tenths_and_grey_around_keeps_its_circle():
    image, mask, diameter = taken("whole")
    filtered = cv2.addWeighted(image, 4, cv2.GaussianBlur(image, (0, 0), 10), -4, 128)
    kept = disc(mask.shape, (300, 280), 0.9 * diameter)
    fov = find_fov(np.where(kept[..., None], filtered, 128).astype(np.uint8))
    assert overlap(fov.mask, kept) > 0.96
    assert fov.diameter == pytest.approx(0.9 * diameter, rel=0.02)


def framed(image, mask, *, colour, margins, text=""):
    """In a page of one colour, with margins at top, bottom, left and right, and a line of text below."""
    top, bottom, left, right = margins
    page = cv2.copyMakeBorder(image, top, bottom, left, right, cv2.BORDER_CONSTANT, value=colour)
    ink = (0, 0, 0) if sum(colour) > 380 else (255, 255, 255)
    cv2.putText(page, text, (10, page.shape[0] - bottom // 3), cv2.FONT_HERSHEY_SIMPLEX, 0.9, ink, 2, cv2.LINE_AA)
    return page, np.pad(mask, ((top, bottom), (left, right)))


@pytest.mark.parametrize("colour", [(255, 255, 255), (128, 128, 128), (45, 45, 48)])
@pytest.mark.parametrize(
    ("margins", "text"),
    [
        pytest.param((0, 0, 170, 170), "", id="padded at the sides"),
        pytest.param((40, 40, 40, 40), "", id="a border"),
        pytest.param((40, 120, 60, 60), "OD 2024-05-01, 45 degrees", id="a page with a caption"),
        pytest.param((0, 70, 0, 0), "OD 2024-05-01, 45 degrees", id="a strip with a caption"),
        pytest.param((60, 0, 220, 0), "", id="a window"),
    ],
)
@pytest.mark.parametrize("camera", ["whole", "cut at top and bottom"])
def test_a_photograph_in_a_page_or_a_screenshot_is_found_in_it(camera, margins, text, colour):
    image, mask, diameter = taken(camera)
    page, true = framed(image, mask, colour=colour, margins=margins, text=text)
    assert_found(page, true, diameter)


@pytest.mark.parametrize("around", [(128, 128, 128), (255, 255, 255), (0, 255, 0), (124, 116, 104)])
@pytest.mark.parametrize("camera", CAMERAS)
def test_whatever_a_mask_left_around_the_retina_is_not_retina(camera, around):
    image, mask, diameter = taken(camera)
    assert_found(np.where(mask[..., None], image, np.array(around, np.uint8)), mask, diameter)


def test_a_photograph_cut_to_its_middle_has_no_diameter_to_rely_on():
    fov = find_fov(np.ascontiguousarray(taken("whole")[0][150:420, 130:420]))
    assert fov.mask.all()
    assert fov.notes == ("fov-not-round",)


@pytest.mark.parametrize("diameter", [400, 760])
def test_a_given_mask_keeps_its_pixels_and_gets_its_circle(diameter):
    mask = disc((500, 800), (240, 390), diameter)
    fov = fov_from_mask(mask)
    assert fov.mask is mask
    assert fov.diameter == pytest.approx(diameter, rel=0.005)
    assert fov.centre == pytest.approx((240, 390), abs=1)


def test_a_given_mask_without_a_circle_has_the_longer_side_as_its_diameter():
    assert fov_from_mask(np.ones((500, 800), np.bool_)).diameter == 800
    with pytest.raises(PhotographError, match="empty"):
        fov_from_mask(np.zeros((500, 800), np.bool_))


def test_a_black_photograph_is_said_to_be_black_also_with_text_on_it():
    image = np.full((600, 800, 3), 3, np.uint8)
    for letters in ("", "OD"):
        cv2.putText(image, letters, (10, 30), cv2.FONT_HERSHEY_SIMPLEX, 0.9, (255, 255, 255), 2)
        with pytest.raises(PhotographError) as caught:
            photograph_from_array(image)
        assert caught.value.reason == "all-black"


def page(paper, ink, *, size=0.6):
    image = np.full((1100, 850, 3), paper, np.uint8)
    for row in range(80, 1040, int(45 * size)):
        cv2.putText(image, "the quick brown fox jumps over dogs"[row % 7 :], (60, row), 0, size, ink, 1, cv2.LINE_AA)
    return image


SOMETHING_ELSE = {
    "page": lambda: page((255, 255, 255), (0, 0, 0)),
    "grey page": lambda: page((205, 200, 190), (40, 40, 40)),
    "dark page": lambda: page((10, 10, 10), (230, 230, 230)),
    "large print": lambda: page((230, 225, 215), (20, 20, 20), size=1.6),
    "red": lambda: np.full((400, 500, 3), (180, 90, 60), np.uint8),
    "white": lambda: np.full((400, 500, 3), 255, np.uint8),
    "noise": lambda: np.random.default_rng(0).integers(0, 256, (600, 800, 3), dtype=np.uint8),
    "grey noise": lambda: np.random.default_rng(0).integers(0, 256, (600, 800), dtype=np.uint8),
    "sky": lambda: np.linspace((110, 160, 230), (190, 215, 245), 500).astype(np.uint8)[:, None].repeat(600, axis=1),
    "inverted": lambda: 255 - photographed(disc((584, 565), (300, 280), 530)),
}


@pytest.mark.parametrize("kind", SOMETHING_ELSE)
def test_what_is_no_fundus_gets_no_vessels_but_a_reason(kind):
    with pytest.raises(PhotographError, match="check that it is the right file") as caught:
        photograph_from_array(SOMETHING_ELSE[kind]())
    assert caught.value.reason == "not-a-fundus"


def test_the_message_about_a_file_names_it(tmp_path):
    cv2.imwrite(str(tmp_path / "sky.png"), np.full((100, 100, 3), (230, 160, 110), np.uint8))
    with pytest.raises(PhotographError, match=r"sky\.png") as caught:
        read_photograph(tmp_path / "sky.png")
    assert caught.value.reason == "not-a-fundus"
