"""Phantoms: synthetic fundus photographs whose vessels are known exactly."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from venule.datasets.phantoms.anatomy import UNITS, make_eye, make_fov
from venule.datasets.phantoms.appearance import photograph_eye
from venule.datasets.phantoms.tree import grow_tree
from venule.datasets.phantoms.vessels import Segment, sweep
from venule.errors import OutputError, in_words
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


def write_phantoms(folder: Path, *, count: int, seed: int, size: int = 768) -> None:
    """Write phantoms as a plain data set.

    The folder gets, for each phantom, `images/phantom_0001.png`, the 0/255 drawings of the same name in `vessels/`,
    `fov/`, `arteries/` and `veins/`, and `truth/phantom_0001.json`: every segment's kind, parent, centreline and
    calibres, the disc, the fovea and the field of view, in pixels and (row, column).

    Args:
        folder: created if it is missing; must be empty.
        count: how many, at least 1.
        seed: of the set; the first phantoms of a longer set with the same seed are the same.
        size: width of the photographs in pixels.

    Raises:
        OutputError: the folder contains files, is a file, or cannot be written.
        ValueError: `count` is less than 1, or `seed` or `size` as for `make_phantom`.

    Example:
        >>> import tempfile
        >>> new = Path(tempfile.mkdtemp())
        >>> write_phantoms(new, count=1, seed=1, size=200)
        >>> sorted(path.name for path in new.iterdir() if path.is_dir())
        ['arteries', 'fov', 'images', 'truth', 'veins', 'vessels']
    """
    if count < 1:
        raise ValueError(f"count must be 1 or more; got {count}")
    if folder.is_file():
        raise OutputError(f"{folder} is a file: choose a folder for the phantoms")
    if folder.exists() and any(folder.iterdir()):
        raise OutputError(
            f"{folder} is not empty, and phantoms must not be mixed with other photographs: "
            "choose a new folder, or empty this one"
        )
    try:
        for index in range(1, count + 1):
            _write_phantom(folder, f"phantom_{index:04d}", make_phantom(seed * 1_000_003 + index, size=size))
    except OSError as error:
        raise OutputError(f"cannot write phantoms into {folder}: {in_words(error)}") from error


def _write_phantom(folder: Path, name: str, phantom: Phantom) -> None:
    drawings: dict[str, BoolArray] = {
        "vessels": phantom.vessels,
        "fov": phantom.fov.mask,
        "arteries": phantom.arteries,
        "veins": phantom.veins,
    }
    for kind in ("images", "truth", *drawings):
        (folder / kind).mkdir(parents=True, exist_ok=True)
    for kind, drawing in drawings.items():
        Image.fromarray(drawing.astype(np.uint8) * 255).save(folder / kind / f"{name}.png")
    truth = {
        "disc": {"centre": phantom.disc_centre, "diameter": phantom.disc_diameter},
        "fovea": {"centre": phantom.fovea, "avascular_radius": phantom.avascular_radius},
        "fov": {"centre": phantom.fov.centre, "diameter": phantom.fov.diameter},
        "segments": [
            {
                "kind": segment.kind,
                "parent": segment.parent,
                "centreline": segment.centreline.round(3).tolist(),
                "calibre": segment.calibre.round(4).tolist(),
            }
            for segment in phantom.segments
        ],
    }
    (folder / "truth" / f"{name}.json").write_text(json.dumps(truth))
    Image.fromarray(phantom.image).save(folder / "images" / f"{name}.png")


def _to_pixels(position: tuple[float, float], fov: FieldOfView) -> tuple[float, float]:
    scale = fov.diameter / UNITS
    return position[1] * scale + fov.centre[0], position[0] * scale + fov.centre[1]
