"""Which page of a file is the photograph: others are thumbnails, reduced copies, channels, frames, stereo pairs."""

from dataclasses import dataclass

import numpy as np
from PIL import Image, TiffImagePlugin

from venule.errors import PhotographError

_MOST_PAGES = 200  # that are looked at
_ALIKE = 0.9  # correlation of a photograph with its thumbnail; different retinas correlate by up to 0.8
_SIDE = 32  # pixels of the copies that are compared
_GREY = ("L", "I;16", "I;16B", "I;16L")
_REDUCED, _MASK = 1, 4  # bits of NewSubfileType


@dataclass(frozen=True)
class _Page:
    number: int
    size: tuple[int, int]
    mode: str  # "" for one that Pillow cannot read
    kind: int  # NewSubfileType


def photograph_pages(opened: Image.Image, *, name: str) -> tuple[int, ...]:
    """The number of the page that is the photograph; three numbers if red, green and blue are separate pages.

    Thumbnails and reduced copies are left out: those that the file marks, and smaller pages that look alike.

    Raises:
        PhotographError: `several-pages`: it cannot be told which is the photograph; `unsupported-mode`: the file holds
            a camera's raw data, with a preview.
    """
    if opened.format == "TIFF":
        return _tiff_pages(opened, name=name)
    count = getattr(opened, "n_frames", 1)
    if opened.format == "MPO" and count > 1 and _first_is_main(opened, count):
        return (0,)
    if count > 1:
        raise _several(name, f"{count} frames, as an animation or a stereo pair")
    return (0,)


def _tiff_pages(opened: Image.Image, *, name: str) -> tuple[int, ...]:
    tags = opened.tag_v2  # type: ignore[attr-defined]
    said = str(tags.get(TiffImagePlugin.IMAGEDESCRIPTION, ""))
    if 50706 in tags or (330 in tags and int(tags.get(254) or 0) & _REDUCED):  # DNGVersion; a preview with SubIFDs
        raise PhotographError(
            f"{name} holds a camera's raw data, which are not read: export the photograph as JPEG, PNG or TIFF",
            reason="unsupported-mode",
        )
    pages = _pages(opened)
    if len(pages) == 1:
        return (0,)
    full = [page for page in pages if not page.kind & (_REDUCED | _MASK)] or pages
    alike = len({(page.size, page.mode) for page in full}) == 1 and full[0].mode in _GREY
    if alike and len(full) == 3 and _says_channels(said):
        return tuple(page.number for page in full)
    largest = max(full, key=lambda page: page.size[0] * page.size[1])
    if all(page is largest or _is_reduced(opened, page, largest) for page in full):
        return (largest.number,)
    sizes = ", ".join(sorted({f"{width}x{height}" for width, height in (page.size for page in full)}))
    raise _several(name, f"{len(full)} pages ({sizes})")


def _pages(opened: Image.Image) -> list[_Page]:
    pages: list[_Page] = []
    while len(pages) < _MOST_PAGES:
        try:
            opened.seek(len(pages))
            kind = int(opened.tag_v2.get(254) or 0)  # type: ignore[attr-defined]
            pages.append(_Page(len(pages), opened.size, opened.mode, kind))
        except EOFError:
            break
        except Exception:  # a page that Pillow cannot read, or that is damaged
            pages.append(_Page(len(pages), (0, 0), "", 0))
            break
    opened.seek(0)
    return pages


def _says_channels(description: str) -> bool:
    """Whether ImageJ or OME call three pages the channels of one image."""
    if description.startswith("ImageJ="):
        return "channels=3" in description.split()
    return all(count in description for count in ('SizeC="3"', 'SizeZ="1"', 'SizeT="1"'))


def _is_reduced(opened: Image.Image, page: _Page, largest: _Page) -> bool:
    """Whether a page is a smaller copy of another."""
    if not page.mode or max(page.size[0] / largest.size[0], page.size[1] / largest.size[1]) > 0.9:
        return False
    copies = []
    for one in (page, largest):
        opened.seek(one.number)
        reduced = opened.convert("RGB").convert("L").resize((_SIDE, _SIDE), Image.Resampling.BOX)
        copies.append(np.asarray(reduced, np.float64).ravel())
    return bool(min(copies[0].std(), copies[1].std()) > 0 and np.corrcoef(copies[0], copies[1])[0, 1] > _ALIKE)


def _first_is_main(opened: Image.Image, count: int) -> bool:
    """Whether all further images of an MPO file are smaller: previews, and the gain maps of telephones."""
    width, height = opened.size
    smaller = True
    for number in range(1, count):
        opened.seek(number)
        smaller &= opened.size[0] < width and opened.size[1] < height
    opened.seek(0)
    return smaller


def _several(name: str, what: str) -> PhotographError:
    return PhotographError(
        f"{name} holds {what}: it cannot be told which is the photograph; save each photograph as a file of its own",
        reason="several-pages",
    )
