"""A file or an array -> a binary mask: the one rule for what other tools and people draw."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from venule.errors import MaskError
from venule.photograph.arrays import BoolArray, ProbabilityArray
from venule.photograph.decode import MOST_PIXELS, decode_levels
from venule.photograph.pillow import levels_from_pil

_DARK, _GREY, _BRIGHT = 0.1, (0.25, 0.75), 0.9  # shares of white
_SMEARED = 1 / 20  # of the white pixels: what JPEG makes nearly black and nearly white beside an edge
_INVERTED = 0.5  # of the field of view; an observer draws about an eighth of it

MaskSource = ArrayLike | Image.Image | Path | str | bytes


def read_mask(source: MaskSource, *, name: str | None = None, max_pixels: int = MOST_PIXELS) -> BoolArray:
    """Read a binary mask: vessels, arteries, veins, or a field of view.

    False and True; 0 and 1; 0 and 255; black and white with the traces of a lossy format, such as 3 and 253; 16 bits.
    A file is read as a photograph is: palettes are resolved, transparent is black, its EXIF orientation is applied. It
    has one page.

    Args:
        source: a file, the content of a file, an image of Pillow, or anything that `np.asarray` takes.
        name: what messages call it; the path where none is given.
        max_pixels: a larger file is refused by its header.

    Returns:
        bool (height, width).

    Raises:
        MaskError: `bad-mask`: it holds labels, grey levels or colours; the message names the values.
        PhotographError: the file cannot be decoded, see `decode`.

    Example:
        >>> read_mask([[0, 255], [0, 0]])
        array([[False,  True],
               [False, False]])
    """
    name = name or mask_name(source)
    return _binary(_levels(source, name=name, max_pixels=max_pixels), name=name)


def read_probability(source: MaskSource, *, name: str | None = None, max_pixels: int = MOST_PIXELS) -> ProbabilityArray:
    """Read grey levels that mean probabilities: black is 0, white is 1.

    Arguments are those of `read_mask`; floats lie in [0, 1].

    Returns:
        float32 (height, width) in [0, 1].

    Raises:
        MaskError: `bad-mask`: the values are no probabilities.
        PhotographError: the file cannot be decoded, see `decode`.

    Example:
        >>> read_probability([[0, 51], [255, 0]])
        array([[0. , 0.2],
               [1. , 0. ]], dtype=float32)
    """
    name = name or mask_name(source)
    levels = _levels(source, name=name, max_pixels=max_pixels)
    highest = levels.max(initial=0)
    white = 1 if levels.dtype.kind in "bf" or highest <= 1 else 255 if highest <= 255 else 65535
    share = (levels / white).astype(np.float32)
    if not ((share >= 0) & (share <= 1)).all():
        raise MaskError(
            f"{name} holds values from {levels.min():g} to {levels.max():g}; probabilities lie between 0 and 1, or as "
            "grey levels between 0 and 255 or 65535"
        )
    return share


def read_vessels(
    source: MaskSource,
    fov: BoolArray,
    *,
    name: str | None = None,
    photograph: str = "its photograph",
    max_pixels: int = MOST_PIXELS,
) -> BoolArray:
    """Read the mask of the vessels of a photograph, or of its arteries or veins, inside the field of view.

    What others give is checked here, by `check_drawing` or by `read_fov`, so that all of venule refuses the same.

    Args:
        source: as for `read_mask`.
        fov: bool (height, width), the field of view of the photograph.
        name: what messages call the mask; the path where none is given.
        photograph: what messages call the photograph.
        max_pixels: a larger file is refused by its header.

    Raises:
        MaskError: `bad-mask`, `wrong-size`, `inverted-mask`; or `empty-mask`: nothing is drawn in the field of view.
        PhotographError: the file cannot be decoded, see `decode`.

    Example:
        >>> import numpy as np
        >>> read_vessels([[0, 1], [1, 0]], np.array([[True, True], [False, True]]))
        array([[False,  True],
               [False, False]])
    """
    name = name or mask_name(source)
    mask = read_mask(source, name=name, max_pixels=max_pixels)
    check_drawing(mask, fov, name=name, photograph=photograph)
    return np.asarray(mask & fov)


def read_fov(source: MaskSource, *, name: str | None = None) -> BoolArray:
    """Read the mask of a field of view: True where the photograph shows retina.

    Args:
        source: as for `read_mask`.
        name: what messages call it; the path where none is given.

    Raises:
        MaskError: `bad-mask`, `inverted-mask`, `empty-mask`.
        PhotographError: the file cannot be decoded, see `decode`.

    Example:
        >>> int(read_fov([[0, 255, 0], [255, 255, 255], [0, 255, 0]]).sum())
        5
    """
    name = name or mask_name(source)
    mask = read_mask(source, name=name)
    if not mask.any():
        raise MaskError(f"{name} is empty: save it as 255 where the retina is", reason="empty-mask")
    height, width = mask.shape
    middle = mask[height // 4 : height - height // 4, width // 4 : width - width // 4]
    if mask[:: max(1, height - 1), :: max(1, width - 1)].all() and np.count_nonzero(middle) < _INVERTED * middle.size:
        raise MaskError(
            f"{name} is inverted: its corners are the field of view, and most of its middle is not; save the retina as "
            "255 and the rest as 0",
            reason="inverted-mask",
        )
    return mask


def check_drawing(mask: BoolArray, fov: BoolArray, *, name: str, photograph: str = "its photograph") -> None:
    """Raise MaskError unless a mask of vessels has the size of the field of view, and is neither inverted nor empty."""
    check_size(mask, fov.shape, name=name, photograph=photograph)
    check_not_inverted(mask, fov, name=name, photograph=photograph)
    if not (mask & fov).any():
        raise MaskError(
            f"{name} is empty: not one pixel in the field of view of {photograph} is drawn", reason="empty-mask"
        )


def check_not_inverted(mask: BoolArray, fov: BoolArray, *, name: str, photograph: str = "its photograph") -> None:
    """Raise MaskError `inverted-mask` if most of the field of view is vessel."""
    share = int(np.count_nonzero(mask & fov)) / max(1, int(np.count_nonzero(fov)))
    if share > _INVERTED:
        raise MaskError(
            f"{name} is inverted: {share:.0%} of the field of view of {photograph} is vessel; save vessels as 255 "
            "and the rest as 0",
            reason="inverted-mask",
        )


def check_size(mask: NDArray[Any], shape: tuple[int, ...], *, name: str, photograph: str = "its photograph") -> None:
    """Raise MaskError `wrong-size` unless a mask has the shape of its photograph, (height, width)."""
    if mask.shape != shape[:2]:
        raise MaskError(
            f"{name} is {mask.shape[1]}x{mask.shape[0]}, {photograph} {shape[1]}x{shape[0]}: they must have the same "
            "size; one of the two was resized or belongs to another photograph",
            reason="wrong-size",
        )


def mask_name(source: MaskSource) -> str:
    """What messages call a mask: its path, where it has one."""
    return str(source) if isinstance(source, Path | str) else "the mask"


def _levels(source: MaskSource, *, name: str, max_pixels: int) -> NDArray[Any]:
    """Grey levels (height, width) of any type."""
    if isinstance(source, Path | str | bytes):
        return decode_levels(source, max_pixels=max_pixels, name=name)
    if isinstance(source, Image.Image):
        return levels_from_pil(source, name=name)
    array = np.asarray(source)
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[..., 0]
    if array.dtype == np.uint8 and array.ndim == 3 and array.shape[2] in (3, 4):
        return levels_from_pil(Image.fromarray(array), name=name)
    if array.ndim != 2 or array.dtype.kind not in "biuf" or not array.size:
        raise MaskError(f"{name} is {array.dtype} of shape {array.shape}; a mask is (height, width), bool or numbers")
    return array


def _binary(levels: NDArray[Any], *, name: str) -> BoolArray:
    if levels.dtype == np.bool_:
        return np.asarray(levels.view(np.uint8) != 0)  # np.asarray of a Pillow image of mode 1 holds 255 for True
    lowest, highest = float(levels.min()), float(levels.max())
    if not (lowest >= 0 and highest < float("inf")):
        raise _no_mask(levels, name)
    if highest <= 1 or levels.dtype.kind == "f":
        drawn = levels == (1 if highest <= 1 else 255)
        if not (drawn | (levels == 0)).all():
            raise _no_mask(levels, name)
        return np.asarray(drawn)
    white = 255 if highest <= 255 else 2 ** int(highest).bit_length() - 1
    counts = np.bincount(levels.ravel().astype(np.int64), minlength=white + 1) if white <= 65535 else np.zeros(1)
    shares = np.arange(len(counts)) / white
    bright = int(counts[shares >= _BRIGHT].sum())
    grey = int(counts[(shares > _GREY[0]) & (shares < _GREY[1])].sum())
    between = int(counts[(shares > _DARK) & (shares < _BRIGHT)].sum())
    values = np.flatnonzero(counts)
    dark_values = int(np.count_nonzero(values <= white / 2))
    # A lossy format leaves traces on both sides; of 0, 1 and 255, one may be a label, or what is not to be counted.
    labels = len(values) > 2 and 1 in (dark_values, len(values) - dark_values)
    if not bright or grey or between > _SMEARED * bright or labels:
        raise _no_mask(levels, name)
    return np.asarray(levels > white / 2)


def _no_mask(levels: NDArray[Any], name: str) -> MaskError:
    values = np.unique(levels)
    shown = [f"{value:g}" for value in values]
    listed = ", ".join(shown) if len(shown) <= 6 else f"{', '.join(shown[:3])}, ..., {', '.join(shown[-2:])}"
    return MaskError(
        f"{name} is no mask: its {len(values)} values are {listed}; save it with 255 (or 1) where something is drawn "
        "and 0 elsewhere. Grey levels of probability need a threshold, labels a choice, first"
    )
