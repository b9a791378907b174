"""What a layer of vessels was made from, and what of it was corrected by hand."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from venule.errors import PhotographError
from venule.photograph import Photograph, find_fov, image_from_array
from venule.photograph.arrays import BoolArray
from venule.photograph.mask import check_size
from venule.vessel_map import VesselMap

FINDING = "venule"  # under which a layer's metadata holds its finding
LAYER = "the layer of vessels"  # in messages
Labels = NDArray[np.integer]


@dataclass(frozen=True, eq=False)
class Finding:
    """The vessel map behind a layer.

    Attributes:
        found: by a model.
        shown: bool (height, width), what was put into the layer last.
        by_hand: bool (height, width), what somebody had corrected before that.
    """

    found: VesselMap
    shown: BoolArray
    by_hand: BoolArray

    @classmethod
    def of(cls, found: VesselMap) -> "Finding":
        """A vessel map that nobody has corrected yet."""
        return cls(found, found.vessels, np.zeros_like(found.vessels))

    def corrected(self, labels: Labels) -> BoolArray:
        """Which pixels somebody has corrected, of what the layer holds now.

        Raises:
            MaskError: the layer has another size by now.
        """
        check_size(labels, self.shown.shape, name=LAYER)
        return np.asarray(self.by_hand | ((labels > 0) != self.shown))

    def at(self, threshold: float, labels: Labels) -> "Finding":
        """The same at another threshold, with what was corrected as it is."""
        by_hand = self.corrected(labels)
        vessels = (self.found.probability >= threshold) & self.found.fov
        found = replace(self.found, threshold=threshold, vessels=vessels)
        return Finding(found, np.where(by_hand, labels > 0, vessels), by_hand)

    def to_measure(self, labels: Labels) -> VesselMap:
        """The map as it was found, or, once anything was corrected, that of a drawing."""
        if not self.corrected(labels).any():
            return self.found
        return self.found.redrawn(labels > 0, name=LAYER)


def drawn_map(labels: Labels, photograph: Photograph) -> VesselMap:
    """The vessel map of a drawing: every label is vessel, inside the field of view of its photograph.

    Raises:
        MaskError: they differ in size, or most of the field of view is labelled.
    """
    return VesselMap.from_mask(labels > 0, photograph, name=LAYER)


def photograph_of(layer: Any) -> Photograph:
    """The photograph that an image layer shows.

    Raises:
        PhotographError: it is a stack, or no fundus photograph.
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
