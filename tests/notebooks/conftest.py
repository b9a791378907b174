"""A phantom, and what venule finds in it."""

import numpy as np
import pytest

import venule
from venule.datasets.phantoms import Phantom, make_phantom


@pytest.fixture(scope="session")
def phantom() -> Phantom:
    """A phantom of 640 by 640 pixels."""
    return make_phantom(1, size=640)


@pytest.fixture(scope="session")
def photograph(phantom: Phantom) -> np.ndarray:
    """Uint8 (600, 640, 3): wider than high, so that rows and columns cannot be mixed up unseen."""
    return np.ascontiguousarray(phantom.image[20:620])


@pytest.fixture(scope="session")
def found(photograph: np.ndarray) -> venule.VesselMap:
    """Its vessels."""
    return venule.segment(photograph)
