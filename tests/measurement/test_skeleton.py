"""The paths of a skeleton: those that are drawn, and those that skan finds."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from skimage.morphology import skeletonize

from venule.measurement.tracing import skeleton_paths


def _drawn(*lines: str) -> np.ndarray:
    return np.array([[pixel == "#" for pixel in line] for line in lines])


def _ends(skeleton: np.ndarray) -> list[tuple[tuple[int, ...], tuple[int, ...], int]]:
    return [(tuple(path[0].tolist()), tuple(path[-1].tolist()), len(path)) for path in skeleton_paths(skeleton)]


def test_a_line_is_one_path_from_its_first_end():
    assert _ends(_drawn("......", ".####.", "......")) == [((1, 1), (1, 4), 4)]


def test_a_cross_is_four_paths_that_meet_in_its_middle():
    cross = _drawn("#...#", ".#.#.", "..#..", ".#.#.", "#...#")
    assert sorted(_ends(cross)) == [
        ((0, 0), (2, 2), 3),
        ((0, 4), (2, 2), 3),
        ((2, 2), (4, 0), 3),
        ((2, 2), (4, 4), 3),
    ]


def test_a_ring_begins_and_ends_at_its_first_pixel():
    assert _ends(_drawn("..#..", ".#.#.", "#...#", ".#.#.", "..#..")) == [((0, 2), (0, 2), 9)]


def test_a_branching_of_touching_pixels_holds_no_ring():
    paths = list(skeleton_paths(_drawn("...#...", "...#...", "#######")))
    steps = {frozenset(map(tuple, pair)) for path in paths for pair in pairwise(path.tolist())}
    assert len(steps) == 8  # of 9 pixels: a tree


@pytest.mark.parametrize("skeleton", [np.zeros((4, 4), np.bool_), np.eye(1, 9, 4).astype(bool)])
def test_nothing_and_a_lone_pixel_are_no_path(skeleton):
    assert not list(skeleton_paths(skeleton))


@pytest.mark.parametrize("seed", range(8))
def test_paths_their_order_and_direction_are_those_of_skan(seed):
    skan = pytest.importorskip("skan")
    generator = np.random.default_rng(seed)
    blobs = gaussian_filter(generator.normal(size=(160, 200)), 1 + seed % 4) > 0
    for skeleton in (skeletonize(blobs, method="lee") > 0, generator.random((40, 50)) < 0.1 + 0.05 * seed):
        known = skan.Skeleton(skeleton)
        found = list(skeleton_paths(skeleton))
        assert len(found) == known.n_paths
        for number, path in enumerate(found):
            np.testing.assert_array_equal(path, known.path_coordinates(number))
