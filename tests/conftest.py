"""What several test files share."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder with the real data sets, named by VENULE_DATA."""
    named = os.environ.get("VENULE_DATA")
    if not named:
        pytest.skip("needs the real photographs: set VENULE_DATA to the folder that holds DRIVE, CHASE_DB1 and HRF")
    return Path(named).resolve()
