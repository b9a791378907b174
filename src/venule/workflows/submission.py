"""The 20 DRIVE test photographs + a model, or masks of another tool -> the zip file that the challenge takes."""

import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np

from venule.batch.outputs import write_whole
from venule.datasets import Record, read_record
from venule.datasets.copies import check_dataset
from venule.datasets.folder import files_by_stem, recognise
from venule.datasets.known import find, index_files, known_set
from venule.errors import DatasetError, OutputError, SubmissionError
from venule.photograph.arrays import BoolArray
from venule.photograph.decode import MOST_PIXELS, decode_levels
from venule.photograph.mask import check_drawing, check_size
from venule.segmentation import segment
from venule.workflows.segment import encode_mask

DRIVE = known_set("drive")
TEMPLATE = "{number}.png"
_TEMPLATE = re.compile(r"[^{}/\\:]*\{number(:0[1-9]d)?\}[^{}/\\:]*\.png")
_NEEDED = ("test/images", "test/mask")


@dataclass(frozen=True)
class Submission:
    """The zip file that was written.

    Attributes:
        path: of the zip file.
        masks: how many there are in it.
        threshold: from which the model's probability is vessel; None for masks that were given.
        blackened: pixels of masks that were given which lay outside the field of view, and were set to 0.
    """

    path: Path
    masks: int
    threshold: float | None
    blackened: int


def pack_submission(
    folder: Path,
    output: Path,
    *,
    model: str = "drive",
    masks: Path | None = None,
    template: str = TEMPLATE,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Submission:
    """Write the vessels of the DRIVE test photographs as the challenge takes them: one zip file of 20 PNG masks.

    Each is 565x584, 8-bit grey, 255 for vessel and 0 elsewhere, and 0 outside the field of view. The same masks give
    the same bytes. Nothing is written where one of them is wrong.

    Args:
        folder: a copy of DRIVE; its test photographs and their fields of view are enough.
        output: the zip file; must not exist yet.
        model: that segments: name of a shipped one, or the folder of an own one.
        masks: folder with masks that exist already, in place of `model`. A mask belongs to the photograph
            whose number stands in its name: before `_test` (`01_test.png`, and `01_test_vessels.png` as `venule
            segment` writes), or as the only number (`1.png`, `mask_01.gif`).
        template: of the masks' names in the zip file; `{number}` is 1 to 20, `{number:02d}` is 01 to 20.
        progress: told (masks done, masks in all).

    Raises:
        OutputError: the zip file exists or cannot be written, or the template gives no names.
        DatasetError: the folder is no whole, unaltered test split of DRIVE.
        PhotographError: a file cannot be decoded.
        MaskError: a mask is empty, inverted or of a wrong size, or a field of view is.
        SubmissionError: a mask is missing, extra, ambiguous, or of wrong values.
        ModelError: there is no such model.
    """
    if not _TEMPLATE.fullmatch(template) or not template.isprintable():
        raise OutputError(
            f"template {template!r} gives no names for the masks: write one name without a folder, with {{number}} or "
            "{number:02d} once, ending in .png"
        )
    if output.suffix.lower() != ".zip":
        raise OutputError(f"{output} does not end in .zip: name the zip file to write with -o")
    if output.exists():
        raise OutputError(f"{output} exists already: remove it, or name another file with -o")
    records = _find_photographs(folder)
    given = None if masks is None else _match_masks(masks, records)
    files, threshold, blackened = {}, None, 0
    for done, record in enumerate(records):
        progress(done, len(records))
        photograph = read_record(record).photograph
        fov = photograph.fov.mask
        if given is None:
            found = segment(photograph, model=model, av=None, landmarks=None)
            vessels, threshold, source = found.vessels, found.threshold, f"the map of {record.photograph} by {model}"
        else:
            vessels, source = _read_strict_mask(given[record.name]), str(given[record.name])
        check_drawing(vessels, fov, name=source, photograph="the photograph")
        inside = vessels & fov
        blackened += int(np.count_nonzero(vessels)) - int(np.count_nonzero(inside))
        files[template.format(number=int(record.name))] = encode_mask(inside)
    write_whole(output, _zip(files))
    progress(len(records), len(records))
    return Submission(output, len(files), threshold, blackened)


def _find_photographs(folder: Path) -> tuple[Record, ...]:
    """The test photographs and their fields of view, without drawings, in the order of their numbers; all unaltered."""
    name = recognise(folder)
    if name != DRIVE.name:
        raise DatasetError(f"{folder} is not a copy of DRIVE, but has the layout {name!r}: use DRIVE itself")
    for defect in check_dataset(folder, name=name).defects:
        place = defect.path.relative_to(folder).as_posix().lower()
        if place.startswith(_NEEDED) and not defect.is_note:
            raise DatasetError(defect.message)
    index = index_files(folder)
    records = []
    for number, split, paths in DRIVE.entries():
        if split == "test":
            photograph, fov = find(index, paths["photograph"]), find(index, paths["fov"])
            if photograph is None:
                raise DatasetError(f"{folder / paths['photograph'][0]} is missing: get the original from {DRIVE.page}")
            records.append(Record(number, photograph, None, fov, None, subject=number, split=split))
    return tuple(records)


def _match_masks(folder: Path, records: Sequence[Record]) -> dict[str, Path]:
    """The mask of each test photograph, by the photograph's name. Files that are no images are left alone."""
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


def _read_strict_mask(path: Path) -> BoolArray:
    """Read a mask that is fit for the challenge as it is: 565x584, 0 and 255 and nothing else."""
    levels = decode_levels(path, max_pixels=MOST_PIXELS, name=str(path))
    width, height = DRIVE.size
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


def _zip(files: dict[str, bytes]) -> bytes:
    """A zip file with the same bytes for the same files, on any day and any system."""
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as packed:  # PNG is compressed already
        for name, data in files.items():
            info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            info.create_system, info.external_attr = 3, 0o644 << 16  # Unix, readable by all
            packed.writestr(info, data)
    return content.getvalue()
