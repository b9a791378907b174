"""Many pictures on one sheet, each under its title."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont, ImageOps

from venule.photograph.arrays import ImageArray

_PAPER, _INK = (255, 255, 255), (32, 32, 32)


def contact_sheet(pictures: Sequence[tuple[str, ImageArray]], columns: int, *, cell: int = 420) -> ImageArray:
    """Lay pictures out in rows, each scaled to fit its cell and centred in it, under its title.

    Args:
        pictures: (title, uint8 (height, width, 3) RGB), row by row; at least one. They may differ in size.
        columns: pictures a row.
        cell: width of a picture on the sheet, and its largest height, in pixels.

    Returns:
        uint8 (height, width, 3) RGB.

    Example:
        >>> contact_sheet([("found", found.overlay()), ("photograph", phantom.image)], columns=2).shape[2]
        3
    """
    gap, size = cell // 24, cell // 21
    font = ImageFont.load_default(size)
    scaled = []
    for _, pixels in pictures:
        smooth = Image.Resampling.LANCZOS if max(pixels.shape) > cell else Image.Resampling.NEAREST
        scaled.append(ImageOps.contain(Image.fromarray(pixels), (cell, cell), smooth))
    height = max(picture.height for picture in scaled) + 2 * size
    rows = -(-len(pictures) // columns)
    width = min(columns, len(pictures)) * (cell + gap) + gap
    sheet = Image.new("RGB", (width, rows * (height + gap) + gap), _PAPER)
    draw = ImageDraw.Draw(sheet)
    for number, ((title, _), picture) in enumerate(zip(pictures, scaled, strict=True)):
        left, top = gap + number % columns * (cell + gap), gap + number // columns * (height + gap)
        draw.text((left + cell / 2, top + size * 0.8), _shorten(title, font, cell), font=font, fill=_INK, anchor="mm")
        room = height - 2 * size - picture.height
        sheet.paste(picture, (left + (cell - picture.width) // 2, top + 2 * size + room // 2))
    return np.asarray(sheet)


def _shorten(title: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, room: int) -> str:
    """The title, or as much of it as fits, with an ellipsis."""
    if font.getlength(title) <= room:
        return title
    while title and font.getlength(title + "…") > room:
        title = title[:-1]
    return title + "…"
