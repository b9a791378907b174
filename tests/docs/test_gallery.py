"""The examples of the documentation run as they stand, on nothing but what is installed."""

import os
import runpy
import sys
import sysconfig
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import matplotlib
import pytest

import venule

ROOT = Path(__file__).parents[2]
GALLERY = ROOT / "docs" / "gallery"
EXAMPLES = sorted(GALLERY.rglob("plot_*.py"))
NEEDS = {"networks": "torch", "plot_xarray": "xarray"}

# Where an example may read: what is installed, and what the system keeps for programs (fonts, devices, caches).
INSTALLED = {
    Path(place).resolve()
    for place in (
        sys.prefix,
        sys.base_prefix,
        *sysconfig.get_paths().values(),
        Path(venule.__file__).parent,
        Path(__file__),  # PyTorch notes from where it was called, for which the traceback reads its source
        matplotlib.get_cachedir(),
        matplotlib.get_configdir(),
        *("/dev", "/etc", "/proc", "/sys", "/usr", "/System", "/Library"),
    )
}
NETWORK = {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.bind"}


class ReachedOutsideError(AssertionError):
    """An example reached for something outside."""


class Watch:
    """Looks at every file that is opened and at every call to the network, while it is told to."""

    def __init__(self) -> None:
        self.allowed: set[Path] | None = None
        sys.addaudithook(self.look)  # cannot be taken away again

    def look(self, event: str, arguments: tuple) -> None:
        if self.allowed is None:
            return
        if event in NETWORK:
            raise ReachedOutsideError(f"an example may not use the network: {event} {arguments[1:]}")
        if event == "open" and isinstance(arguments[0], str | bytes):
            place = Path(os.path.realpath(os.fsdecode(arguments[0])))
            if not any(place.is_relative_to(root) for root in self.allowed):
                raise ReachedOutsideError(
                    f"an example may only read what is installed, and its own temporary files: {place}"
                )


WATCH = Watch()


@contextmanager
def nothing_but(*allowed: Path) -> Iterator[None]:
    WATCH.allowed = INSTALLED | {place.resolve() for place in allowed}
    try:
        yield
    finally:
        WATCH.allowed = None


def test_there_are_examples_in_every_part_of_the_gallery():
    parts = {path.parent for path in GALLERY.rglob("README.rst")} - {GALLERY}
    assert parts == {path.parent for path in EXAMPLES}


@pytest.fixture
def torch_threads() -> Iterator[None]:
    """An example may choose how many threads PyTorch has; other tests have theirs back."""
    try:
        import torch
    except ImportError:
        yield
        return
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)


@pytest.mark.usefixtures("torch_threads")
@pytest.mark.parametrize("example", EXAMPLES, ids=[str(path.relative_to(GALLERY)) for path in EXAMPLES])
def test_an_example_runs_and_shows_something(example, tmp_path, monkeypatch):
    if library := NEEDS.get(example.stem) or NEEDS.get(example.parent.name):
        pytest.importorskip(library)
    pyplot = pytest.importorskip("matplotlib.pyplot")
    pyplot.switch_backend("Agg")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(sys, "argv", [str(example)])
    with matplotlib.rc_context(), warnings.catch_warnings(), nothing_but(example, tmp_path):
        warnings.filterwarnings("error", module="venule|__main__")
        runpy.run_path(str(example), run_name="__main__")
        figures = [pyplot.figure(number) for number in pyplot.get_fignums()]
        try:
            assert figures, f"{example.name} shows nothing"
            for figure in figures:
                figure.canvas.draw()  # what only drawing finds: a formula that is none, a font that is not there
        finally:
            pyplot.close("all")


def test_an_example_that_reaches_outside_is_caught(tmp_path):
    (tmp_path / "own.txt").write_text("own")
    with nothing_but(tmp_path):
        assert (tmp_path / "own.txt").read_text() == "own"
        with pytest.raises(ReachedOutsideError, match="README"):
            (ROOT / "README.md").read_text()
        with pytest.raises(ReachedOutsideError, match="network"):
            __import__("urllib.request").request.urlopen("http://127.0.0.1:9/")
