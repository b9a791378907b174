"""A data set: photographs and the drawings of their vessels."""

import gzip
import zlib
from dataclasses import dataclass
from pathlib import Path

from venule.errors import DatasetError
from venule.photograph import Photograph, decode, fov_from_mask, read_mask, read_photograph
from venule.photograph.arrays import BoolArray
from venule.photograph.mask import check_drawing, check_size, read_fov

MAX_UNPACKED_BYTES = 300_000_000  # of one .gz file; a STARE photograph has 1.3 million


@dataclass(frozen=True)
class Record:
    """The files of one photograph.

    Attributes:
        name: of the photograph, unique in its data set ("21", "01L", "01_dr").
        photograph: the file.
        reference: the drawing of the first observer; None if the data set has none (DRIVE test).
        fov: the mask of the field of view; None if the data set has none: venule finds it.
        second: the drawing of the second observer, or None.
        subject: the person; all photographs of one person must be in the same split. The name of the photograph if the
            data set does not tell the person.
        split: "train", "test" or another published name; None if no split was published.
        arteries_veins: the drawing of arteries and veins, coloured as `venule.photograph.read_coloured` reads it; None
            if there is none.
        disc: (row, column) of the centre of the optic disc, pixels, as a person marked it; None if nobody did.
        fovea: (row, column) of the centre of the fovea.

    Example:
        >>> venule.datasets.open_dataset(folder).records[0].name
        'phantom_0001'
    """

    name: str
    photograph: Path
    reference: Path | None
    fov: Path | None
    second: Path | None
    subject: str
    split: str | None
    arteries_veins: Path | None = None
    disc: tuple[float, float] | None = None
    fovea: tuple[float, float] | None = None


@dataclass(frozen=True)
class Dataset:
    """The photographs of one folder.

    Attributes:
        name: "drive", "chase_db1", "hrf", "stare", "fives" or "folder".
        folder: of the files.
        records: in the order of their names.

    Example:
        >>> venule.datasets.open_dataset(folder).name
        'folder'
        >>> len(venule.datasets.open_dataset(folder).split("all"))
        1
    """

    name: str
    folder: Path
    records: tuple[Record, ...]

    def split(self, name: str) -> tuple[Record, ...]:
        """The records of one split; "all" are all records.

        Raises:
            DatasetError: no record is in this split.
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
        photograph: with its field of view.
        reference: bool (height, width), the first observer's vessels, or None.
        second: bool (height, width), the second observer's vessels, or None.

    Example:
        >>> record = venule.datasets.open_dataset(folder).records[0]
        >>> venule.datasets.read_record(record).reference.dtype.name
        'bool'
    """

    name: str
    photograph: Photograph
    reference: BoolArray | None
    second: BoolArray | None


def read_record(record: Record) -> Example:
    """Read a photograph, its drawings and its field of view.

    Raises:
        DatasetError: a packed file cannot be unpacked.
        PhotographError: a file cannot be decoded, or the photograph shows no fundus.
        MaskError: a drawing or the field of view is not a mask, is inverted or empty, or has another size.

    Example:
        >>> record = venule.datasets.open_dataset(folder).records[0]
        >>> read_record(record).name
        'phantom_0001'
    """
    content, name = read_file(record.photograph), str(record.photograph)
    called = f"its photograph {name}"
    if record.fov is None:
        photograph = read_photograph(content, name=name)
    else:
        image = decode(content, name=name)
        mask = read_fov(read_file(record.fov), name=str(record.fov))
        check_size(mask, image.shape, name=str(record.fov), photograph=called)
        photograph = Photograph(image, fov_from_mask(mask))

    def drawn_in(path: Path | None) -> BoolArray | None:
        if path is None:
            return None
        drawing = read_drawing(path)
        check_drawing(drawing, photograph.fov.mask, name=str(path), photograph=called)
        return drawing

    return Example(record.name, photograph, drawn_in(record.reference), drawn_in(record.second))


def read_drawing(path: Path) -> BoolArray:
    """Read a drawing of vessels, or the mask of a field of view, packed (.gz) or not, by `venule.photograph.read_mask`.

    Raises:
        DatasetError: a packed file cannot be unpacked.
        PhotographError: the file cannot be decoded.
        MaskError: it is not a binary mask.

    Example:
        >>> read_drawing(folder / "vessels" / "phantom_0001.png").dtype.name
        'bool'
    """
    return read_mask(read_file(path), name=str(path))


def read_file(path: Path) -> Path | bytes:
    """The path itself, or the content if it is packed (.gz).

    Raises:
        DatasetError: it cannot be unpacked.
    """
    if path.suffix.lower() != ".gz":
        return path
    try:
        with gzip.open(path) as file:
            content = file.read(MAX_UNPACKED_BYTES + 1)
    except FileNotFoundError:
        raise DatasetError(f"{path} does not exist") from None
    except (OSError, EOFError, zlib.error) as error:
        said = getattr(error, "strerror", None) or "it is truncated or damaged"
        raise DatasetError(f"{path} cannot be unpacked ({said}): download it again") from error
    if len(content) > MAX_UNPACKED_BYTES:
        raise DatasetError(
            f"{path} unpacks to more than {MAX_UNPACKED_BYTES} bytes; no photograph of a data set is so large"
        )
    return content
