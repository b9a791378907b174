"""What several test files share."""

import os
from pathlib import Path

import pytest

if "PYTEST_XDIST_WORKER" in os.environ:  # workers that each use all cores wait for one another; set before torch loads
    os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder with the real data sets, named by VENULE_DATA."""
    named = os.environ.get("VENULE_DATA")
    if not named:
        pytest.skip("needs the real photographs: set VENULE_DATA to the folder that holds DRIVE, CHASE_DB1 and HRF")
    return Path(named).resolve()
