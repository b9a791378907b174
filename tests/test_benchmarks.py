"""The benchmarks are run by hand, and must still be there to run."""

import importlib
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


FILES = sorted(path for path in ROOT.glob("benchmarks/**/*.py") if path.name != "__main__.py")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_benchmark_finds_what_it_imports(path, monkeypatch):
    monkeypatch.setattr(sys, "path", [str(ROOT), str(path.parent), *sys.path])  # as a module, or as a script
    importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
