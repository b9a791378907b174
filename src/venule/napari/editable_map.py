"""A vessel map behind a layer, with the corrections of a person, and the photograph behind a layer."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from venule.errors import MaskError, PhotographError
from venule.photograph import Photograph, find_fov, image_from_array
from venule.photograph.arrays import BoolArray
from venule.photograph.mask import check_size, read_vessels
from venule.vessel_map import VesselMap
from venule.workflows import SegmentPhotograph

EDITABLE = "venule"  # key of an `EditableMap` in the metadata of a layer
LAYER = "the layer of vessels"  # in messages
Labels = NDArray[np.integer]


@dataclass(frozen=True, eq=False)
class EditableMap:
    """A vessel map that a model found and a person may correct.

    Attributes:
        found: the map of the model.
        shown: bool (height, width), the vessels that the layer was last given.
        by_hand: bool (height, width), the pixels that a person had corrected before that.
    """

    found: VesselMap
    shown: BoolArray
    by_hand: BoolArray

    @classmethod
    def of(cls, found: VesselMap) -> "EditableMap":
        """A vessel map without corrections."""
        return cls(found, found.vessels, np.zeros_like(found.vessels))

    def corrected(self, labels: Labels) -> BoolArray:
        """The pixels that a person has corrected, by what the layer holds now.

        Raises:
            MaskError: the layer has a different size now.
        """
        check_size(labels, self.shown.shape, name=LAYER)
        return np.asarray(self.by_hand | ((labels > 0) != self.shown))

    def at(self, threshold: float, labels: Labels) -> "EditableMap":
        """The same at another threshold; corrected pixels stay."""
        by_hand = self.corrected(labels)
        vessels = (self.found.probability >= threshold) & self.found.fov
        found = replace(self.found, threshold=threshold, vessels=vessels)
        return EditableMap(found, np.where(by_hand, labels > 0, vessels), by_hand)

    def to_measure(self, labels: Labels) -> VesselMap:
        """The map of the model with its corrections."""
        if not self.corrected(labels).any():
            return self.found
        return self.found.redrawn(labels > 0, name=LAYER)


def drawn_map(labels: Labels, photograph: Photograph) -> VesselMap:
    """What `venule.segment` makes of a labels layer of vessels and its photograph.

    Raises:
        MaskError: it has several labels, they differ in size, or nothing or most of the field of view is labelled.
    """
    kinds = np.unique(labels[labels > 0])
    if len(kinds) > 1:
        raise MaskError(f"{LAYER} holds {len(kinds)} labels: give all vessels the same label, and the rest 0")
    return SegmentPhotograph().find(photograph, read_vessels(labels > 0, photograph.fov.mask, name=LAYER))


def photograph_of(layer: Any) -> Photograph:
    """The photograph that an image layer shows.

    Raises:
        PhotographError: the layer is a stack, or shows no fundus photograph.
    """
    name = f"layer {layer.name!r}"
    if layer.ndim != 2:
        raise PhotographError(
            f"{name} has {layer.ndim} dimensions; choose a layer of one photograph (the context menu of a stack's "
            "layer has Split Stack)",
            reason="bad-array",
        )
    image = image_from_array(np.asarray(layer.data[0] if layer.multiscale else layer.data), name=name)
    try:
        return Photograph(image, find_fov(image))
    except PhotographError as error:
        raise PhotographError(f"{name}: {error}", reason=error.reason) from error
