"""Copies of the published sets, made of small synthetic images: no real photograph is needed."""

import gzip
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from venule.datasets.known import ROLES, known_set

MakeCopy = Callable[..., Path]


def draw_disc(size: tuple[int, int]) -> Image.Image:
    """A fundus as a camera frames it: a disc in a black frame, brighter on one side."""
    width, height = size
    rows, columns = np.mgrid[:height, :width]
    inside = (rows - height / 2) ** 2 + (columns - width / 2) ** 2 < (0.47 * min(size)) ** 2
    light = 0.8 + 0.2 * columns / width
    return Image.fromarray(((inside * light)[..., None] * np.array([170, 90, 40])).astype(np.uint8))


def draw_line(size: tuple[int, int]) -> Image.Image:
    """A drawing: one horizontal vessel, nine pixels wide."""
    line = np.zeros((size[1], size[0]), np.uint8)
    line[size[1] // 2 - 4 : size[1] // 2 + 5, size[0] // 4 : 3 * size[0] // 4] = 255
    return Image.fromarray(line)


@pytest.fixture
def make_copy(tmp_path: Path) -> MakeCopy:
    """Make a copy of a set; `images` False makes empty files, enough for whatever reads names alone."""

    def make(name: str, *, images: bool = True, roles: tuple[str, ...] = ROLES, splits: tuple[str, ...] = ()) -> Path:
        known = known_set(name)
        folder = tmp_path / known.title
        drawn: dict[tuple[str, str], bytes] = {}
        for _, split, where in known.entries():
            for role in roles:
                for place in where[role][:1] if not splits or split in splits else ():
                    path = folder / place
                    path.parent.mkdir(parents=True, exist_ok=True)
                    kind = (role, "".join(path.suffixes))
                    if images and kind not in drawn:
                        drawn[kind] = _encode(path, (draw_disc if role == "photograph" else draw_line)(known.size))
                    path.write_bytes(drawn.get(kind, b""))
        return folder

    return make


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    """A plain folder with the photographs a and b."""
    for name in ("a", "b"):
        for place, image in (("images", draw_disc((300, 280))), ("vessels", draw_line((300, 280)))):
            (tmp_path / place).mkdir(exist_ok=True)
            image.save(tmp_path / place / f"{name}.png")
    return tmp_path


def _encode(path: Path, image: Image.Image) -> bytes:
    packed = path.suffix == ".gz"
    buffer = BytesIO()
    suffix = Path(path.stem).suffix if packed else path.suffix
    image.save(buffer, Image.registered_extensions()[suffix])
    return gzip.compress(buffer.getvalue(), 1) if packed else buffer.getvalue()
