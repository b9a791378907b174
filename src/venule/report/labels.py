"""What measurements, regions, reasons and units are called, in the report and on the page of the service."""

from importlib.resources import files
from typing import Any

import yaml

_TEXTS: dict[str, Any] = yaml.safe_load((files("venule.report") / "labels.yaml").read_text(encoding="utf-8"))
GROUPS: dict[str, dict[str, str]] = _TEXTS["groups"]
LABELS = {name: label for group in GROUPS.values() for name, label in group.items()}
MAIN: list[str] = _TEXTS["main"]
COUNTS: list[str] = _TEXTS["counts"]
PHOTOGRAPH: dict[str, tuple[str, str]] = {name: tuple(texts) for name, texts in _TEXTS["photograph"].items()}
REGION_NAMES: dict[str, str] = _TEXTS["regions"]
REASONS: dict[str, str] = _TEXTS["reasons"]
FLAWS: dict[str, list[str]] = _TEXTS["flaws"]
UNITS: dict[str, str] = _TEXTS["units"]


def page_labels() -> dict[str, Any]:
    """The labels as the page of the service takes them, ready for JSON."""
    return {
        **{key: _TEXTS[key] for key in ("main", "counts", "regions", "reasons", "units")},
        "groups": {heading: list(names) for heading, names in GROUPS.items()},
        "measurements": LABELS,
        "flaws": {code: word for code, (word, _) in FLAWS.items()},
    }
