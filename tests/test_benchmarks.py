"""The benchmarks are run by hand, and must still be there to run."""

import importlib
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("path", sorted(ROOT.glob("benchmarks/**/*.py")), ids=lambda path: path.stem)
def test_every_benchmark_finds_what_it_imports(path, monkeypatch):
    if path.name == "__main__.py":
        return
    monkeypatch.setattr(sys, "path", [str(ROOT), str(path.parent), *sys.path])  # as a module, or as a script
    importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
