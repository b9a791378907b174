"""Every public name has an example, and every example does what it says."""

import doctest
import inspect
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

import venule
from venule.datasets.phantoms import write_phantoms

MODULES = (
    "evaluation",
    "measurement",
    "models",
    "photograph",
    "datasets",
    "datasets.phantoms",
    "segmentation",
    "report",
)


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """The names that examples share."""
    phantom = venule.make_phantom(1, size=400)
    found = venule.segment(phantom.image)
    folder = tmp_path_factory.mktemp("phantoms")
    write_phantoms(folder, count=1, seed=1, size=300)
    return {
        "Path": Path,
        "folder": folder,
        "found": found,
        "measured": venule.measure(found),
        "np": np,
        "phantom": phantom,
        "venule": venule,
    }


def run(thing, name, shown):
    """Run the examples of a module's name, those of its methods among them, and return how many there are."""
    home = thing if inspect.ismodule(thing) else inspect.getmodule(thing)
    runner = doctest.DocTestRunner(verbose=False)
    finder = doctest.DocTestFinder(recurse=inspect.isclass(thing))
    for test in finder.find(thing, name, globs={**vars(home), **shown}):
        runner.run(test)
    assert runner.failures == 0, f"{name}: see the output"
    return runner.tries


def public(module):
    for name in module.__all__:
        thing = getattr(module, name)
        if inspect.isclass(thing) or inspect.isfunction(thing):
            yield name, thing


@pytest.mark.parametrize("module", MODULES)
def test_every_public_name_has_an_example_that_holds(module, shown):
    for name, thing in public(import_module(f"venule.{module}")):
        assert run(thing, f"venule.{module}.{name}", shown), f"venule.{module}.{name} has no example"


def test_the_examples_of_the_package_itself_hold(shown):
    assert run(venule, "venule", shown)
    for name, thing in public(venule):
        assert run(thing, f"venule.{name}", shown), f"venule.{name} has no example"


def test_every_network_has_an_example_that_holds(shown):
    pytest.importorskip("torch")
    for name, thing in public(venule.networks):
        assert run(thing, f"venule.networks.{name}", shown), f"venule.networks.{name} has no example"
