"""Arteries and veins are told apart by the whole tree: what is seen badly follows what it hangs on."""

import cv2
import numpy as np
import pytest

import venule
from venule.errors import MaskError
from venule.photograph.coloured import read_coloured
from venule.segmentation.arteries_veins import decide, take_apart

RED, GREEN, BLUE, WHITE, BLACK = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255), (0, 0, 0)


def test_colours_mean_what_their_sets_say():
    picture = np.array([[RED, GREEN, BLUE, WHITE, BLACK, (255, 0, 255)]], np.uint8)
    rite, les_av = (read_coloured(picture, colours=colours) for colours in ("rite", "les-av"))
    assert rite.arteries[0].tolist() == [True, True, False, False, False, True]
    assert rite.veins[0].tolist() == [False, True, True, False, False, True]
    assert rite.unsure[0].tolist() == [False, False, False, True, False, False]
    assert les_av.arteries[0].tolist() == [True, False, False, True, False, True]
    assert les_av.veins[0].tolist() == [False, False, True, True, False, True]
    assert les_av.unsure[0].tolist() == [False, True, False, False, False, False]


@pytest.mark.parametrize(
    ("picture", "said"),
    [
        (np.zeros((4, 4), np.uint8), "has no colours"),
        (np.full((4, 4, 3), 255, np.uint8), "no artery in red and no vein in blue"),
        (np.array([[RED, (255, 255, 0)]], np.uint8), "yellow or cyan"),
    ],
)
def test_other_pictures_are_no_map_of_arteries_and_veins(picture, said):
    with pytest.raises(MaskError, match=said):
        read_coloured(picture)


def a_cross():
    """Two vessels that cross, and a branch of the one that runs down: bool (200, 200)."""
    vessels = np.zeros((200, 200), np.uint8)
    cv2.line(vessels, (100, 10), (100, 190), 1, 5)
    cv2.line(vessels, (10, 100), (190, 100), 1, 5)
    cv2.line(vessels, (100, 150), (160, 190), 1, 3)
    return vessels > 0


def test_a_vessel_stays_what_it_is_across_a_crossing_and_in_its_branch():
    vessels = a_cross()
    seen = np.zeros(vessels.shape, np.float32)
    seen[:60] = 3.0  # the vessel that runs down is seen to be an artery at its upper end alone,
    seen[:, :60] = -3.0  # the other to be a vein at its left end alone
    seen[:60, :60] = 0
    artery, vein = decide(take_apart(vessels), seen)
    assert artery[130, 100] > 0.6
    assert artery[175, 137] > 0.55
    assert vein[100, 150] > 0.6
    assert artery[100, 100] > 0.9
    assert vein[100, 100] > 0.9
    np.testing.assert_allclose((artery + vein)[20, 100], 1, atol=1e-6)


def test_what_nobody_sees_stays_open():
    artery, vein = decide(take_apart(a_cross()), np.zeros((200, 200), np.float32))
    assert np.abs(artery - 0.5).max() < 0.05
    assert np.abs(vein - 0.5).max() < 0.05


def test_the_tree_mends_what_pixels_see_wrongly():
    phantom = venule.make_phantom(5, size=600)
    noise = cv2.GaussianBlur(np.random.default_rng(0).standard_normal(phantom.vessels.shape), (0, 0), 4)
    signs = np.where(phantom.arteries, 1.0, -1.0)
    seen = (1.5 * signs + 1.5 * noise / noise.std()).astype(np.float32)
    artery, vein = decide(take_apart(phantom.vessels), seen)
    one_kind = phantom.arteries ^ phantom.veins
    by_pixels = np.mean((seen > 0)[one_kind] == phantom.arteries[one_kind])
    by_tree = np.mean((artery > vein)[one_kind] == phantom.arteries[one_kind])
    assert by_tree > by_pixels + 0.05
