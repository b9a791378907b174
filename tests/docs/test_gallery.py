"""The examples of the gallery run as they are, without a network, and show a figure."""

import runpy
import socket
import tempfile
import warnings

import matplotlib
import pytest
from pages import REPOSITORY

GALLERY = REPOSITORY / "docs" / "gallery"
EXAMPLES = sorted(GALLERY.rglob("plot_*.py"))


def test_there_are_examples_in_every_part_of_the_gallery():
    assert {path.parent for path in GALLERY.rglob("README.rst")} - {GALLERY} == {path.parent for path in EXAMPLES}


@pytest.mark.parametrize("example", EXAMPLES, ids=[path.stem for path in EXAMPLES])
def test_an_example_runs_and_shows_something(example, tmp_path, monkeypatch):
    if example.parent.name == "networks":
        torch = pytest.importorskip("torch")
        monkeypatch.setattr(torch, "set_num_threads", lambda number: None)  # other tests keep theirs
    pyplot = pytest.importorskip("matplotlib.pyplot")
    pyplot.switch_backend("Agg")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(socket, "getaddrinfo", None)
    with matplotlib.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("error", module="venule|__main__")
        runpy.run_path(str(example), run_name="__main__")
        try:
            assert pyplot.get_fignums()
            for number in pyplot.get_fignums():
                pyplot.figure(number).canvas.draw()  # finds wrong formulas and missing fonts
        finally:
            pyplot.close("all")
