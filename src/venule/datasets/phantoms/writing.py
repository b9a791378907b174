"""Write phantoms to disk as a data set."""

import json
from pathlib import Path

import numpy as np
from PIL import Image

from venule.datasets.phantoms.phantom import Phantom, make_phantom
from venule.errors import OutputError
from venule.photograph.arrays import BoolArray


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
        OutputError: the folder contains files, or is a file.
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
    for index in range(1, count + 1):
        _write_phantom(folder, f"phantom_{index:04d}", make_phantom(seed * 1_000_003 + index, size=size))


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
