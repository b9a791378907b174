"""A data set: photographs, the drawings of their vessels, and how they are read."""

import gzip
from dataclasses import dataclass
from pathlib import Path

from venule.errors import DatasetError
from venule.photograph.arrays import BoolArray
from venule.photograph.mask import check_drawing, check_size, read_mask
from venule.photograph.photograph import Photograph

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
        DatasetError: a packed file cannot be unpacked.
        PhotographError: a file cannot be decoded, or the photograph shows no fundus.
        MaskError: a drawing or the field of view is no mask, is inverted, or differs in size from the photograph.
    """
    from venule.photograph import decode, find_fov, fov_from_mask

    image = decode(read_file(record.photograph), name=str(record.photograph))
    photograph = f"its photograph {record.photograph}"
    if record.fov is None:
        fov = find_fov(image)
    else:
        mask = read_drawing(record.fov)
        check_size(mask, image.shape, name=str(record.fov), photograph=photograph)
        fov = fov_from_mask(mask)

    def drawn_in(path: Path | None) -> BoolArray | None:
        if path is None:
            return None
        drawing = read_drawing(path)
        check_drawing(drawing, fov.mask, name=str(path), photograph=photograph)
        return drawing

    return Example(record.name, Photograph(image, fov), drawn_in(record.reference), drawn_in(record.second))


def read_drawing(path: Path) -> BoolArray:
    """Read a drawing of vessels, or the mask of a field of view, packed (.gz) or not, by `venule.photograph.read_mask`.

    Raises:
        DatasetError: a packed file cannot be unpacked.
        PhotographError: the file cannot be decoded.
        MaskError: it is no binary mask.
    """
    return read_mask(read_file(path), name=str(path))


def read_file(path: Path) -> Path | bytes:
    """The file itself, or its content where it is packed (.gz).

    Raises:
        DatasetError: it cannot be unpacked.
    """
    return _unpack(path) if path.suffix.lower() == ".gz" else path


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
