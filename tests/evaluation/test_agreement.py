"""The map of agreement."""

import numpy as np
import pytest

from venule.errors import EvaluationError
from venule.evaluation import agreement_map

WHITE, ORANGE, SKY_BLUE, BLACK, DARK_GREY = (
    *((255, 255, 255), (0xE6, 0x9F, 0x00), (0x56, 0xB4, 0xE9)),
    *((0, 0, 0), (64, 64, 64)),
)


@pytest.mark.parametrize(("height", "width"), [(40, 90), (584, 565)])
def test_each_kind_of_pixel_has_its_colour_and_its_place_in_the_legend(height, width):
    vessels, reference = np.zeros((2, height, width), bool)
    fov = np.ones_like(vessels)
    vessels[1, 1] = reference[1, 1] = vessels[2, 2] = reference[3, 3] = vessels[5, 5] = True
    fov[5, 5] = False
    picture = agreement_map(vessels, reference, fov=fov)
    at = {(1, 1): WHITE, (2, 2): ORANGE, (3, 3): SKY_BLUE, (4, 4): BLACK, (5, 5): DARK_GREY}
    assert all(tuple(picture[place]) == colour for place, colour in at.items())
    assert picture.dtype == np.uint8
    assert picture.shape[1] == width
    legend = picture[height:].reshape(-1, 3)
    assert all((legend == colour).all(axis=1).sum() >= 40 for colour in (WHITE, ORANGE, SKY_BLUE, BLACK, DARK_GREY))


def test_arrays_of_two_photographs_are_refused():
    with pytest.raises(EvaluationError, match="differ in size"):
        agreement_map(np.zeros((4, 4), bool), np.zeros((5, 4), bool))
