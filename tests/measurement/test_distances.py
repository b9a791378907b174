"""Numbers that depend on the number of threads, or on the run, cannot be published."""

import cv2
import numpy as np
import pytest
from scipy.ndimage import distance_transform_edt

from venule.measurement.plane import distance_to_false


@pytest.fixture(params=[1, 2])
def threads(request):
    before = cv2.getNumThreads()
    cv2.setNumThreads(request.param)
    yield
    cv2.setNumThreads(before)


@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize("share", [0.5, 0.99, 0.9999])
def test_distances_are_exact_with_one_thread_as_with_two(share):
    mask = np.random.default_rng(1).random((700, 900)) < share
    mask[3, 5] = False
    exact = distance_transform_edt(mask).astype(np.float32)
    for _ in range(3):
        assert np.array_equal(distance_to_false(mask), exact)
