"""Whether a plain folder is one that can be trained on and scored against."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from venule.datasets.dataset import read_drawing, read_file
from venule.datasets.finding import NOUNS, Check, Finding, in_order
from venule.datasets.folder import files_by_stem, open_folder
from venule.errors import VenuleError
from venule.photograph import decode
from venule.photograph.mask import check_size


def check_folder(folder: Path) -> Check:
    """Check a plain folder: pairs, sizes, drawings that are drawings.

    Raises:
        DatasetError: it cannot be opened at all.
    """
    dataset = open_folder(folder)
    findings = []
    counts: Counter[str] = Counter()
    used = {path for record in dataset.records for path in (record.reference, record.fov, record.second) if path}
    for record in dataset.records:
        counts["photographs"] += 1
        if record.reference is None:
            drawing = folder / "vessels" / f"{record.name}.png"
            findings.append(Finding("missing", drawing, f"{record.photograph} has no drawing such as {drawing}"))
        try:
            shape = decode(read_file(record.photograph), name=str(record.photograph)).shape
        except VenuleError as error:
            findings.append(Finding("unreadable", record.photograph, str(error)))
            continue
        for role in ("reference", "fov", "second"):
            path: Path | None = getattr(record, role)
            if path is not None:
                counts[NOUNS[role]] += 1
                findings += _check_drawing(path, record.photograph, shape)
    for place in ("vessels", "fov", "second"):
        for path in files_by_stem(folder / place).values():
            if path not in used:
                findings.append(Finding("extra", path, f"{path} belongs to no photograph in {folder / 'images'}"))
    return Check("folder", dict(counts), 0, in_order(findings))


def _check_drawing(path: Path, photograph: Path, shape: tuple[int, ...]) -> Iterator[Finding]:
    try:
        check_size(read_drawing(path), shape, name=str(path), photograph=f"its photograph {photograph}")
    except VenuleError as error:
        yield Finding("wrong-size" if error.reason == "wrong-size" else "unreadable", path, str(error))
