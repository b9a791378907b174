"""The same eye at half resolution: how far scale-free measurements change."""

from collections.abc import Mapping

import cv2
import numpy as np

from venule.datasets import Record, read_record
from venule.datasets.phantoms import make_phantom
from venule.measurement import MEASUREMENTS, measure
from venule.photograph import photograph_from_array
from venule.photograph.arrays import BoolArray, ImageArray
from venule.segmentation import segment

SCALE_FREE = tuple(one.name for one in MEASUREMENTS if not one.power)
PHANTOM_SIZE = 1200  # pixels, before it is halved

Change = dict[str, float]  # of each measurement, relative: at half resolution over at full, less one


def photograph_at_half(record: Record) -> Change:
    """A photograph of a data set, segmented and measured as it is and at half resolution."""
    image = read_record(record).photograph.image
    return _change(_measured(image), _measured(_halved(image)))


def phantom_at_half(seed: int) -> Change:
    """The same of a phantom, whose arteries and veins are known."""
    phantom = make_phantom(seed, size=PHANTOM_SIZE)
    arteries, veins = (
        _halved(kind.astype(np.uint8) * np.uint8(255)) > 127 for kind in (phantom.arteries, phantom.veins)
    )
    whole = _measured(phantom.image, arteries=phantom.arteries, veins=phantom.veins)
    return _change(whole, _measured(_halved(phantom.image), arteries=arteries, veins=veins))


def _halved(image: ImageArray) -> ImageArray:
    height, width = (side // 2 for side in image.shape[:2])
    return np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def _measured(image: ImageArray, **kinds: BoolArray) -> dict[str, float | None]:
    found = segment(photograph_from_array(image), threads=1)
    return {value.name: value.value for value in measure(found, scale=None, **kinds).measurements if not value.region}


def _change(whole: Mapping[str, float | None], half: Mapping[str, float | None]) -> Change:
    known = {name: (whole[name], half[name]) for name in SCALE_FREE}
    return {name: new / old - 1 for name, (old, new) in known.items() if old and new is not None}
