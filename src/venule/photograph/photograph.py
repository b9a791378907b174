"""The photograph: pixels and the field of view they show."""

from dataclasses import dataclass

from venule.photograph.arrays import BoolArray, ImageArray


@dataclass(frozen=True, eq=False)
class FieldOfView:
    """Where the retina is in a photograph.

    Attributes:
        mask: bool (height, width), True where the camera shows retina.
        centre: (row, column) of the circle of the field of view, in pixels; may lie between pixels.
        diameter: of that circle, in pixels, also where the frame cuts it off; of a photograph without a border,
            the longer side of what is shown.
    """

    mask: BoolArray
    centre: tuple[float, float]
    diameter: float


@dataclass(frozen=True, eq=False)
class Photograph:
    """A fundus photograph.

    Attributes:
        image: uint8 (height, width, 3), RGB, upright.
        fov: its field of view.
    """

    image: ImageArray
    fov: FieldOfView
