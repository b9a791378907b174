"""A data set: photographs, the drawings of their vessels, and how they are read."""

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from venule.errors import DatasetError, PhotographError
from venule.photograph.arrays import BoolArray
from venule.photograph.photograph import Photograph

T = TypeVar("T")
MAX_UNPACKED_BYTES = 300_000_000  # of one .gz file; a STARE photograph has 1.3 million


@dataclass(frozen=True)
class Record:
    """Where one photograph and what was drawn for it lie.

    Attributes:
        name: of the photograph, once in its data set ("21", "01L", "01_dr").
        photograph: the file.
        reference: the drawing of the first observer; None where the set gives none (DRIVE test).
        fov: the field of view that the set gives; None where it gives none and venule finds it.
        second: the drawing of the second observer, or None.
        subject: the person; photographs of one person must not be split over training and test. Where the set does
            not say who is who, the photograph's own name.
        split: "train", "test" or another published name; None where no split was published.
    """

    name: str
    photograph: Path
    reference: Path | None
    fov: Path | None
    second: Path | None
    subject: str
    split: str | None


@dataclass(frozen=True)
class Dataset:
    """The photographs of one folder.

    Attributes:
        name: "drive", "chase_db1", "hrf", "stare", "fives" or "folder".
        folder: where it lies.
        records: in the order of their names.
    """

    name: str
    folder: Path
    records: tuple[Record, ...]

    def split(self, name: str) -> tuple[Record, ...]:
        """The records of one split; "all" is every record of the set.

        Raises:
            DatasetError: no record is in that split.
        """
        found = tuple(record for record in self.records if name in ("all", record.split))
        if not found:
            known = sorted({record.split for record in self.records if record.split} | {"all"})
            raise DatasetError(f"{self.folder} ({self.name}) has no split {name!r}; it has: {', '.join(known)}")
        return found


@dataclass(frozen=True, eq=False)
class Example:
    """One record, read.

    Attributes:
        name: of the record.
        photograph: with the field of view that the set gives, or else the one that venule finds.
        reference: bool (height, width), the first observer's vessels, or None.
        second: bool (height, width), the second observer's vessels, or None.
    """

    name: str
    photograph: Photograph
    reference: BoolArray | None
    second: BoolArray | None


def read_record(record: Record) -> Example:
    """Read a photograph with its drawings and its field of view.

    Raises:
        DatasetError: a file cannot be read, or the drawing or the field of view differs in size from the photograph.
        PhotographError: the photograph cannot be decoded, or shows no fundus.
    """
    from venule.photograph import decode, find_fov, fov_from_mask

    packed = record.photograph.suffix.lower() == ".gz"
    try:
        image = decode(_unpack(record.photograph) if packed else record.photograph)
    except PhotographError as error:
        if not packed:
            raise
        raise PhotographError(f"{record.photograph}: {error}", reason=error.reason) from error

    def read_drawn(path: Path | None) -> BoolArray | None:
        if path is None:
            return None
        drawing = read_drawing(path)
        if drawing.shape != image.shape[:2]:
            raise DatasetError(
                f"{path} is {drawing.shape[1]}x{drawing.shape[0]}, but its photograph {record.photograph} is "
                f"{image.shape[1]}x{image.shape[0]}: one of the two was resized or belongs to another photograph"
            )
        return drawing

    mask = read_drawn(record.fov)
    fov = find_fov(image) if mask is None else fov_from_mask(mask)
    return Example(record.name, Photograph(image, fov), read_drawn(record.reference), read_drawn(record.second))


def read_drawing(path: Path) -> BoolArray:
    """Read a drawing of vessels, or the mask of a field of view.

    A pixel is drawn where its decoded grey value is above 127: palettes are resolved first, and copies of DRIVE that
    hold 3 and 253 for 0 and 255 read the same.

    Args:
        path: of any image format that Pillow reads, also packed (.gz).

    Returns:
        bool (height, width).

    Raises:
        DatasetError: the file cannot be read, or holds marks that are all too dark to be a drawing.
    """
    grey, level = read_image(path, _to_grey)
    drawn: BoolArray = grey > level
    if not drawn.any() and grey.min() != grey.max():
        raise DatasetError(
            f"{path} holds grey values {grey.min():g} to {grey.max():g}, and only what is above {level} is taken as "
            "drawn: save it with 255 where something is drawn and 0 elsewhere"
        )
    return drawn


def read_image(path: Path, read: Callable[[Image.Image], T]) -> T:
    """Open an image file, packed (.gz) or not, and read from it.

    Raises:
        DatasetError: the file is missing, broken or not an image.
    """
    try:
        with Image.open(BytesIO(_unpack(path)) if path.suffix.lower() == ".gz" else path) as image:
            return read(image)
    except DatasetError:
        raise
    except FileNotFoundError:
        raise DatasetError(f"{path} does not exist") from None
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise DatasetError(f"{path} cannot be read as an image ({error}): get it anew") from error


def load_size(image: Image.Image) -> tuple[int, int]:
    """(width, height) of an image that is whole: the header alone would not tell of a file that was cut off."""
    image.load()
    return image.size


def _to_grey(image: Image.Image) -> tuple[NDArray[Any], int]:
    """Grey values, and the value above which they are drawn."""
    if image.mode.startswith("I"):  # 16 bits, which convert("L") would clip: 257 would read as 255
        return np.asarray(image), 32767
    return np.asarray(image if image.mode == "F" else image.convert("L")), 127


def _unpack(path: Path) -> bytes:
    try:
        with gzip.open(path) as file:
            content = file.read(MAX_UNPACKED_BYTES + 1)
    except FileNotFoundError:
        raise DatasetError(f"{path} does not exist") from None
    except (OSError, EOFError) as error:
        raise DatasetError(f"{path} cannot be unpacked ({error}): get it anew") from error
    if len(content) > MAX_UNPACKED_BYTES:
        raise DatasetError(
            f"{path} unpacks to more than {MAX_UNPACKED_BYTES} bytes; no photograph of a set is so large"
        )
    return content
