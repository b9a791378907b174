"""A coloured map -> arteries and veins: the one rule for what other tools and people draw in colours."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from venule.errors import MaskError
from venule.photograph.arrays import BoolArray, ImageArray
from venule.photograph.decode import decode
from venule.photograph.mask import mask_name

Colours = Literal["rite", "les-av"]
COLOURS: tuple[Colours, ...] = ("rite", "les-av")
_RED, _GREEN, _BLUE = 1, 2, 4
_STRAY = 0.01  # share of the drawn pixels that may have another colour: what a lossy format makes of edges


@dataclass(frozen=True, eq=False)
class ArteriesVeins:
    """The arteries and veins of a photograph, as somebody drew them.

    Attributes:
        arteries: bool (height, width).
        veins: bool (height, width); both are True where they cross.
        unsure: bool (height, width), vessels of which the observer did not say what they are.

    Example:
        >>> nothing = np.zeros_like(phantom.vessels)
        >>> ArteriesVeins(phantom.arteries, phantom.veins, unsure=nothing).arteries.shape
        (400, 400)
    """

    arteries: BoolArray
    veins: BoolArray
    unsure: BoolArray


def read_coloured(
    source: Path | str | bytes | ImageArray, *, colours: Colours = "rite", name: str | None = None
) -> ArteriesVeins:
    """Read a map in which arteries are red and veins are blue.

    Args:
        source: a file, the content of a file, or an array (height, width, 3), RGB.
        colours: "rite": crossings are green, unsure vessels white, as in RITE (Hu et al. 2013) and AVRDB (Akram et al.
            2020); "les-av": crossings are white, unsure vessels green, as in LES-AV (Orlando et al. 2018) and the
            drawings of HRF (Hemelings et al. 2019). Magenta is always a crossing.
        name: what messages call the map; the path where none is given.

    Raises:
        MaskError: `bad-mask`: it holds other colours, or neither red nor blue.
        PhotographError: the file cannot be decoded, see `decode`.

    Example:
        >>> import numpy as np
        >>> red, blue = (255, 0, 0), (0, 0, 255)
        >>> read_coloured(np.array([[red, blue, (0, 0, 0)]], np.uint8)).veins
        array([[False,  True, False]])
    """
    name = name or mask_name(source)
    image = source if isinstance(source, np.ndarray) else decode(source, name=name)
    if image.ndim != 3 or image.shape[2] != 3:
        raise MaskError(f"{name} has no colours: a map of arteries and veins shows them in red and blue")
    code = (image > 127) @ np.array([_RED, _GREEN, _BLUE], np.uint8)
    counts = np.bincount(code.ravel(), minlength=8)
    drawn = counts[1:].sum()
    if not counts[_RED] + counts[_BLUE]:
        raise MaskError(f"{name} shows no artery in red and no vein in blue")
    if counts[_RED + _GREEN] + counts[_GREEN + _BLUE] > _STRAY * drawn:
        raise MaskError(
            f"{name} holds yellow or cyan: arteries are red, veins blue, crossings and unsure vessels green or white"
        )
    both, unsure = (_GREEN, 7) if colours == "rite" else (7, _GREEN)
    crossing = (code == both) | (code == _RED + _BLUE)
    return ArteriesVeins((code == _RED) | crossing, (code == _BLUE) | crossing, code == unsure)
