"""What is no photograph of a retina is refused, with what was seen; every photograph of a retina is segmented."""

import cv2
import numpy as np
import pytest
from benchmarks.validation.degrade import degrade
from benchmarks.validation.no_fundus import MADE, in_a_circle, marble, sample

import venule
from venule.errors import PhotographError
from venule.photograph import Photograph, read_photograph

REFUSED = ("astronaut", "brick", "cell", "chelsea", "coffee", "coins", "gravel", "ihc", "motorcycle_left", "text")


@pytest.mark.parametrize("round_field", [False, True], ids=["frame", "circle"])
@pytest.mark.parametrize("make", MADE, ids=lambda make: make.__name__)
def test_pictures_that_are_made_are_refused(make, round_field):
    picture = make(np.random.default_rng(1))
    with pytest.raises(PhotographError, match="does not look like a fundus photograph: ") as caught:
        venule.segment(in_a_circle(picture) if round_field else picture)
    assert caught.value.reason == "not-a-fundus"


@pytest.mark.parametrize("round_field", [False, True], ids=["frame", "circle"])
@pytest.mark.parametrize("name", REFUSED)
def test_sample_pictures_of_scikit_image_are_refused(name, round_field):
    picture = sample(name)
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


@pytest.mark.parametrize("model", ["general", "drive"])
def test_a_retina_is_not_refused_for_its_noise(model):
    phantom = venule.make_phantom(41, size=800)
    fov = phantom.fov
    for strength in (10, 20, 30, 50):
        noisy = degrade(phantom.image, fov.mask, kind="noise", strength=strength, diameter=fov.diameter, seed=3)
        assert venule.segment(Photograph(noisy, fov), model=model).fov.any()


def test_no_real_photograph_is_refused(data):
    kinds = ("DRIVE/*/images/*", "CHASE_DB1/*.jpg", "HRF/images/*", "AVRDB/images/*", "IDRiD/images/*", "RIDB/images/*")
    for kind in kinds:
        paths = sorted(data.glob(kind))
        for path in paths[:: max(1, len(paths) // 5)]:
            assert venule.segment(read_photograph(path)).vessels.any(), path
