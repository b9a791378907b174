"""The map of agreement: where map and drawing agree, and where only one of them has a vessel."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from venule.errors import EvaluationError
from venule.photograph.arrays import BoolArray, ImageArray

# Orange and sky blue of Okabe and Ito (2008, Color Universal Design), told apart by colour-blind readers and in grey.
FOUND_AND_DRAWN = (255, 255, 255)
FOUND_ONLY = (230, 159, 0)
DRAWN_ONLY = (86, 180, 233)
NEITHER = (0, 0, 0)
OUTSIDE = (64, 64, 64)

LEGEND = {
    "found and drawn (TP)": FOUND_AND_DRAWN,
    "found only (FP)": FOUND_ONLY,
    "drawn only (FN)": DRAWN_ONLY,
    "neither (TN)": NEITHER,
    "outside field of view": OUTSIDE,
}
_PAPER, _INK = (224, 224, 224), (0, 0, 0)


def agreement_map(vessels: BoolArray, reference: BoolArray, *, fov: BoolArray | None = None) -> ImageArray:
    """Colour every pixel by agreement, with a legend below.

    Args:
        vessels: bool (height, width), the map that is judged.
        reference: bool (height, width), the drawing it is judged by.
        fov: bool (height, width); by default the whole frame.

    Returns:
        uint8 (height + legend, width, 3) RGB: the colours of `agreement_colours`, then the legend.

    Raises:
        EvaluationError: the arrays differ in size.

    Example:
        >>> agreement_map(found.vessels, phantom.vessels, fov=found.fov).shape[1]
        400
    """
    colours = agreement_colours(vessels, reference, fov=fov)
    return np.concatenate([colours, _legend(colours.shape[1])])


def agreement_colours(vessels: BoolArray, reference: BoolArray, *, fov: BoolArray | None = None) -> ImageArray:
    """Colour every pixel by agreement: white TP, orange FP, sky blue FN, black TN, dark grey outside the field of view.

    Arguments and errors are those of `agreement_map`; the result is without its legend.

    Example:
        >>> agreement_colours(found.vessels, phantom.vessels, fov=found.fov).shape
        (400, 400, 3)
    """
    region = np.ones_like(vessels) if fov is None else fov
    if not vessels.shape == reference.shape == region.shape:
        raise EvaluationError(
            f"vessels {vessels.shape}, reference {reference.shape} and field of view {region.shape} differ in size"
        )
    palette = np.array([NEITHER, DRAWN_ONLY, FOUND_ONLY, FOUND_AND_DRAWN, OUTSIDE], np.uint8)
    kind = np.where(region, 2 * vessels.astype(np.uint8) + reference, 4)
    return palette[kind]


def _legend(width: int) -> ImageArray:
    """A strip of the given width with a swatch and a name for each colour, on as many lines as they need."""
    size = max(11, width // 60)
    font, gap = ImageFont.load_default(size), size // 2
    places, left, top = [], gap, gap
    for name in LEGEND:
        long = round(1.5 * size + font.getlength(name))
        if left + long > width and left > gap:
            left, top = gap, top + size + gap
        places.append((left, top))
        left += long + 2 * gap
    strip = Image.new("RGB", (width, top + size + gap), _PAPER)
    draw = ImageDraw.Draw(strip)
    for (left, top), (name, colour) in zip(places, LEGEND.items(), strict=True):
        draw.rectangle((left, top, left + size - 1, top + size - 1), fill=colour, outline=_INK)
        draw.text((left + 1.4 * size, top + size / 2), name, font=font, fill=_INK, anchor="lm")
    return np.asarray(strip)
