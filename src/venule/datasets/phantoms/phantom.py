"""Phantoms: synthetic fundus photographs whose vessels are known exactly."""

from dataclasses import dataclass

import numpy as np

from venule.datasets.phantoms.anatomy import UNITS, make_eye, make_fov
from venule.datasets.phantoms.appearance import photograph_eye
from venule.datasets.phantoms.drawing import sweep
from venule.datasets.phantoms.tree import grow_tree
from venule.datasets.phantoms.vessel_segment import Segment
from venule.photograph import FieldOfView, Photograph
from venule.photograph.arrays import BoolArray, ImageArray

REACH = 4.0  # pixels outside the wall up to which the blur of a vessel is drawn


@dataclass(frozen=True, eq=False)
class Phantom:
    """A synthetic fundus photograph and what it shows. Lengths are pixels, positions (row, column).

    Attributes:
        image: uint8 (height, size, 3) RGB; height is `size`, or less if the frame cuts the field of view above and
            below.
        fov: the field of view.
        vessels: bool (height, size), every pixel whose centre is within half a calibre of a centreline.
        arteries: bool (height, size), the arteries among them.
        veins: bool (height, size), the veins among them; both are True where they cross.
        segments: the vessels from one branching to the next.
        disc_centre: of the optic disc.
        disc_diameter: of the optic disc.
        fovea: centre of the fovea.
        avascular_radius: of the area around the fovea without vessels.

    Example:
        >>> phantom = venule.make_phantom(1, size=400)
        >>> np.array_equal(phantom.vessels, phantom.arteries | phantom.veins)
        True
    """

    image: ImageArray
    fov: FieldOfView
    vessels: BoolArray
    arteries: BoolArray
    veins: BoolArray
    segments: tuple[Segment, ...]
    disc_centre: tuple[float, float]
    disc_diameter: float
    fovea: tuple[float, float]
    avascular_radius: float

    @property
    def photograph(self) -> Photograph:
        """The photograph, with its exact field of view."""
        return Photograph(self.image, self.fov)


def make_phantom(seed: int, *, size: int = 768) -> Phantom:
    """Make one synthetic fundus photograph with its exact reference.

    Args:
        seed: 0 or more; the same seed gives the same phantom, at any size the same anatomy.
        size: width of the photograph in pixels, at least 128. Below about 500 the thinnest vessels are narrower than a
            pixel, and their exact drawing has gaps.

    Returns:
        A left or right eye with its field of view of 45 degrees centred on the fovea, on the disc, or between them.

    Raises:
        ValueError: `seed` is negative, or `size` is less than 128.

    Example:
        >>> phantom = venule.make_phantom(1, size=400)
        >>> phantom.image.shape
        (400, 400, 3)
    """
    if seed < 0 or size < 128:
        raise ValueError(f"a phantom needs a seed of 0 or more and a size of 128 or more; got seed={seed}, size={size}")
    layout, growth, look = np.random.default_rng(seed).spawn(3)
    eye = make_eye(layout)
    fov = make_fov(eye, size, layout)
    scale = fov.diameter / UNITS
    segments = tuple(
        Segment(s.kind, s.centreline * scale + fov.centre, s.calibre * scale, s.parent) for s in grow_tree(eye, growth)
    )
    drawn = {
        kind: sweep([s for s in segments if s.kind == kind], fov.mask.shape, reach=REACH) for kind in ("artery", "vein")
    }
    arteries, veins = ((drawn[kind].depth <= 0) & fov.mask for kind in ("artery", "vein"))
    return Phantom(
        image=photograph_eye(eye, fov, drawn["artery"], drawn["vein"], look),
        fov=fov,
        vessels=arteries | veins,
        arteries=arteries,
        veins=veins,
        segments=segments,
        disc_centre=_to_pixels(eye.disc, fov),
        disc_diameter=eye.disc_diameter * scale,
        fovea=_to_pixels(eye.fovea, fov),
        avascular_radius=eye.avascular_radius * scale,
    )


def _to_pixels(position: tuple[float, float], fov: FieldOfView) -> tuple[float, float]:
    scale = fov.diameter / UNITS
    return position[1] * scale + fov.centre[0], position[0] * scale + fov.centre[1]
