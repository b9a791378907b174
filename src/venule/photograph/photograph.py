"""The photograph: its pixels and its field of view."""

from dataclasses import dataclass

from venule.photograph.arrays import BoolArray, ImageArray


@dataclass(frozen=True, eq=False)
class FieldOfView:
    """Where the retina is in a photograph.

    Attributes:
        mask: bool (height, width), True where the photograph shows retina.
        centre: (row, column) of the circle of the field of view, in pixels; may lie between pixels.
        diameter: diameter of this circle in pixels, even if the frame cuts it off; of the circle with the same area,
            if it is an ellipse; for a field of view of another shape, or without a border, its longer side.
        notes: codes of what is unusual about it, for `quality_reasons`: `fov-not-round`, `preprocessed`, `red-free`,
            `angiogram`, `ultra-wide-field`.

    Example:
        >>> fov = phantom.photograph.fov
        >>> fov.mask.dtype.name, round(fov.diameter) > 300
        ('bool', True)
    """

    mask: BoolArray
    centre: tuple[float, float]
    diameter: float
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Photograph:
    """A fundus photograph.

    Attributes:
        image: uint8 (height, width, 3), RGB, upright.
        fov: its field of view.

    Example:
        >>> photograph = Photograph(phantom.image, phantom.fov)
        >>> photograph.image.dtype.name
        'uint8'
    """

    image: ImageArray
    fov: FieldOfView
