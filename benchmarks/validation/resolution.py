"""The same eye at half resolution: how far each measurement changes, lengths in shares of the field of view."""

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from venule.datasets import Record, read_record
from venule.datasets.phantoms import make_phantom
from venule.measurement import Scale, Value, measure
from venule.photograph import photograph_from_array
from venule.photograph.arrays import BoolArray, ImageArray
from venule.segmentation import segment

PHANTOM_SIZE = 1200  # pixels, before it is halved

SCALE = Scale(field_degrees=45)  # of whatever field: a length in degrees is a share of the field of view


@dataclass(frozen=True)
class Change:
    """How a measurement differs at half resolution.

    Attributes:
        relative: at half resolution over at full, less one; None: it has no number at half resolution.
        held: whether the interval at half resolution has the value at full.
    """

    relative: float | None
    held: bool


Changes = dict[str, Change]  # by column


def photograph_at_half(record: Record) -> Changes:
    """A photograph of a data set, segmented and measured as it is and at half resolution."""
    image = read_record(record).photograph.image
    return _changes(_measured(image), _measured(_halved(image)))


def phantom_at_half(seed: int) -> Changes:
    """The same of a phantom, whose arteries and veins are known."""
    phantom = make_phantom(seed, size=PHANTOM_SIZE)
    arteries, veins = (
        _halved(kind.astype(np.uint8) * np.uint8(255)) > 127 for kind in (phantom.arteries, phantom.veins)
    )
    whole = _measured(phantom.image, arteries=phantom.arteries, veins=phantom.veins)
    return _changes(whole, _measured(_halved(phantom.image), arteries=arteries, veins=veins))


def _halved(image: ImageArray) -> ImageArray:
    height, width = (side // 2 for side in image.shape[:2])
    return np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def _measured(image: ImageArray, **kinds: BoolArray) -> dict[str, Value]:
    found = segment(photograph_from_array(image), threads=1)
    columns = measure(found, scale=SCALE, **kinds).in_best_units()
    return {column: value for column, _, value in columns if not value.region}


def _changes(whole: Mapping[str, Value], half: Mapping[str, Value]) -> Changes:
    found = {}
    for column, value in whole.items():
        new = half[column]
        if not value.value:
            continue
        held = new.lower is not None and new.upper is not None and new.lower <= value.value <= new.upper
        found[column] = Change(None if new.value is None else new.value / value.value - 1, held)
    return found
