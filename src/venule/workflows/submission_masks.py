"""Masks of another tool, or of `venule segment`, for the DRIVE test photographs."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from venule.datasets import Record
from venule.datasets.drive import SET
from venule.datasets.folder import files_by_stem
from venule.errors import SubmissionError
from venule.photograph.arrays import BoolArray
from venule.photograph.decode import MOST_PIXELS, decode_levels
from venule.photograph.mask import check_size


def match_masks(folder: Path, records: Sequence[Record]) -> dict[str, Path]:
    """The mask of each test photograph, by the photograph's name.

    A mask belongs to the photograph whose number stands in its name: before `_test` (`01_test.png`, and
    `01_test_vessels.png` as `venule segment` writes), or as the only number (`1.png`, `mask_01.gif`).

    Args:
        folder: where they lie. Files that are no images are left alone.
        records: of the test photographs.

    Raises:
        SubmissionError: there is no such folder; a photograph has no mask or two; a file belongs to none.
        DatasetError: two files differ in their suffix alone.
    """
    if not folder.is_dir():
        raise SubmissionError(f"{folder} is no folder: --masks takes the folder with the masks of another tool")
    names = {int(record.name): record.name for record in records}
    found: dict[str, Path] = {}
    for path in files_by_stem(folder).values():
        number = _number(path)
        if number not in names:
            raise SubmissionError(
                f"{path} is extra: its name says {'no number' if number is None else f'number {number}'}, and the "
                f"DRIVE test photographs are {min(names)} to {max(names)}; keep only their masks in {folder}"
            )
        other = found.setdefault(names[number], path)
        if other != path:
            raise SubmissionError(f"{other} and {path} are both number {number}: keep one of the two in {folder}")
    missing = [name for name in names.values() if name not in found]
    if missing:
        raise SubmissionError(
            f"{folder} has masks for {len(found)} of {len(names)} photographs; these have none: {', '.join(missing)}. "
            f"A mask is called by its photograph's number, for example {missing[0]}_test.png"
        )
    return found


def read_strict_mask(path: Path) -> BoolArray:
    """Read a mask that is fit for the challenge as it is: 565x584, 0 and 255 and nothing else.

    Returns:
        bool (584, 565).

    Raises:
        PhotographError: it cannot be decoded.
        MaskError: it has another size.
        SubmissionError: it has other values.
    """
    levels = decode_levels(path, max_pixels=MOST_PIXELS, name=str(path))
    width, height = SET.size
    check_size(levels, (height, width), name=str(path), photograph="a DRIVE photograph")
    other = levels[(levels != 0) & (levels != 255)]
    if other.size:
        raise SubmissionError(
            f"{path} has {other.size} pixels that are neither 0 nor 255, for example {other[0]:g}: save vessels as 255 "
            "and the rest as 0, without losses (PNG), and cut probabilities at a threshold from training data"
        )
    return np.asarray(levels == 255)


def _number(path: Path) -> int | None:
    """The number of the photograph that a name says; None where it says none, or several."""
    numbers = re.findall(r"(\d+)_test", path.stem.lower()) or re.findall(r"\d+", path.stem)
    return int(numbers[0]) if len(numbers) == 1 else None
