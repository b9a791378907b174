"""What a person meets who types `import venule`."""

import inspect
import subprocess
import sys
from importlib import import_module

import numpy as np
import pytest

import venule

PACKAGES = (
    "evaluation",
    "measurement",
    "models",
    "photograph",
    "datasets",
    "datasets.phantoms",
    "segmentation",
    "report",
)


def test_tab_completion_shows_the_public_names_and_nothing_else():
    assert dir(venule) == sorted(venule.__all__)
    assert {name for name in dir(venule) if not name.startswith("_")} == {
        "Landmarks", "Scale", "VesselMap", "assess_quality", "evaluate", "load_model", "make_phantom", "measure",
        "networks", "read_photograph", "segment",
    }  # fmt: skip
    for name in dir(venule):
        assert getattr(venule, name) is not None


def test_importing_venule_and_its_networks_loads_no_library():
    program = "import sys, venule, venule.networks; print({'numpy', 'torch', 'PIL', 'pydantic'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize("package", PACKAGES)
def test_arguments_after_the_first_two_are_given_by_name(package):
    module = import_module(f"venule.{package}")
    for name in module.__all__:
        function = getattr(module, name)
        if inspect.isfunction(function):
            kinds = [parameter.kind for parameter in inspect.signature(function).parameters.values()]
            assert kinds.count(inspect.Parameter.POSITIONAL_OR_KEYWORD) <= 2, f"{package}.{name}"


def test_a_loaded_model_is_used_for_any_number_of_photographs():
    model = venule.load_model("compact" if "compact" in venule.models.shipped_models() else "general", threads=1)
    photograph = venule.make_phantom(8, size=400).image
    by_name = venule.segment(photograph, model=model.card.name)
    for _ in range(2):
        found = venule.segment(photograph, model=model)
        assert found.model == model.card.name
        assert np.array_equal(found.vessels, by_name.vessels)
    assert len(repr(model)) < 5000
