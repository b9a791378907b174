"""clDice: agreement of the centrelines, whatever the width of the vessels."""

from dataclasses import dataclass

import numpy as np
from skimage.morphology import skeletonize

from venule.evaluation.counts import ratio
from venule.photograph.arrays import BoolArray


@dataclass(frozen=True)
class CentrelineCounts:
    """How many centreline pixels of one drawing lie within the vessels of the other (Shit et al. 2021, clDice).

    The centrelines are scikit-image's skeletons (Zhang and Suen 1984) of the masks. The training loss of the same paper
    has a soft skeleton, with wider lines; the two agree on lines of one pixel.

    Attributes:
        found: pixels of the centrelines of the vessel map.
        found_inside: those of them within the drawn vessels.
        drawn: pixels of the centrelines of the reference drawing.
        drawn_inside: those of them within the vessels found.
    """

    found: int
    found_inside: int
    drawn: int
    drawn_inside: int

    @classmethod
    def of(cls, vessels: BoolArray, reference: BoolArray) -> "CentrelineCounts":
        """Count along the centrelines of two masks, both bool (height, width)."""
        found, drawn = skeletonize(vessels), skeletonize(reference)
        return cls(
            found=int(np.count_nonzero(found)),
            found_inside=int(np.count_nonzero(found & reference)),
            drawn=int(np.count_nonzero(drawn)),
            drawn_inside=int(np.count_nonzero(drawn & vessels)),
        )

    def __add__(self, other: "CentrelineCounts") -> "CentrelineCounts":
        """Pool two comparisons."""
        return CentrelineCounts(
            self.found + other.found,
            self.found_inside + other.found_inside,
            self.drawn + other.drawn,
            self.drawn_inside + other.drawn_inside,
        )

    @property
    def cl_dice(self) -> float | None:
        """Harmonic mean of topology precision and topology sensitivity; 0 where only one of the masks is empty."""
        precision = ratio(self.found_inside, self.found)
        sensitivity = ratio(self.drawn_inside, self.drawn)
        if precision is None and sensitivity is None:
            return None
        if not precision or not sensitivity:
            return 0.0
        return 2 * precision * sensitivity / (precision + sensitivity)
