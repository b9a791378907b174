"""A batch survives what machines do to it: each fault of the table once, with another seed than the table's."""

import pytest
from ground import Ground, Trial
from scenarios import FAULTS, CannotTryError


@pytest.fixture(scope="module")
def ground(tmp_path_factory):
    return Ground(tmp_path_factory.mktemp("ground"))


@pytest.mark.parametrize("name", [name for name, fault in FAULTS.items() if not fault.slow])
def test_nothing_is_lost_doubled_or_corrupted_by(name, ground, tmp_path):
    trial = Trial(ground, tmp_path / "trial", [2024, list(FAULTS).index(name)])
    try:
        FAULTS[name].inject(trial)
    except CannotTryError as error:
        pytest.skip(str(error))
    assert not trial.damage, trial.damage
