"""results.csv and manifest.json, made from the records of a batch."""

import csv
import io
import json
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from venule.batch.journal import Record
from venule.batch.outputs import write_whole

RESULTS, MANIFEST = "results.csv", "manifest.json"
LIBRARIES = ("numpy", "opencv-python-headless", "onnxruntime", "pillow", "scikit-image", "scipy")


def write_results(output: Path, records: Iterable[Record], *, columns: Sequence[str]) -> None:
    """Write results.csv: one row a file.

    Args:
        output: the output folder.
        records: in the order of the rows.
        columns: of the records' rows, between those that every batch has.

    Raises:
        OutputError: it cannot be written.
    """
    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow(["path", "status", "reason", "message", *columns, "seconds", "outputs"])
    for record in records:
        cells = [record.path, record.status, record.reason, record.message, *map(record.row.get, columns)]
        table.writerow([_harmless(cell) for cell in [*cells, record.seconds, ";".join(record.outputs)]])
    # A file's name can hold bytes that are no UTF-8; they are written as \udcff, so that the table stays readable.
    write_whole(output / RESULTS, text.getvalue().encode("utf-8", errors="backslashreplace"))


def write_manifest(output: Path, *, settings: Mapping[str, Any], **about: Any) -> None:
    """Write manifest.json: what made the results, with which settings, where and when.

    Args:
        output: the output folder.
        settings: of the work, with the model's name and SHA-256.
        **about: times and counts.

    Raises:
        OutputError: it cannot be written.
    """
    machine = {
        "python": platform.python_version(),
        "system": platform.platform(),
        "cores": os.cpu_count(),
        "libraries": {name: version(name) for name in LIBRARIES},
    }
    manifest = {"venule": version("venule"), "settings": settings, **about, "platform": machine}
    write_whole(output / MANIFEST, (json.dumps(manifest, indent=2) + "\n").encode())


def _harmless(cell: Any) -> Any:
    """A text that a spreadsheet would run as a formula, made a text (CWE-1236)."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
