"""What several test files share."""

import os
from pathlib import Path

import pytest

if "PYTEST_XDIST_WORKER" in os.environ:  # workers that each use all cores wait for one another; set before torch loads
    os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory):
    """A cache of its own for each run: what an earlier one left must not let a test pass."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder with the real data sets, named by VENULE_DATA."""
    named = os.environ.get("VENULE_DATA")
    if not named:
        pytest.skip("needs the real photographs: set VENULE_DATA to the folder that holds DRIVE, CHASE_DB1 and HRF")
    return Path(named).resolve()


@pytest.fixture(scope="session")
def write_tiny_recipes():
    """Write a recipe and a study that end within seconds into a folder: recipe.yaml, study.yaml of the set eyes."""

    def write(folder: Path) -> None:
        (folder / "recipe.yaml").write_text(_RECIPE)
        (folder / "study.yaml").write_text(_STUDY)

    return write


_RECIPE = """
name: tiny
network: compact
network_arguments: {widths: [4, 8]}
working_diameter: 124
crop: 64
batch: 1
steps: 2
epoch: 1
validation: 0.5
"""
_STUDY = """
name: tiny
data: {dataset: eyes}
held_out: 0.5
networks: [{network: w-net, arguments: {widths: [4, 8]}}]
variants: {original: {}}
training: {working_diameter: 64, crop: 64, batch: 1, epochs: 1, snapshots: []}
"""
