"""True and false positives and negatives, and every score that is a ratio of them."""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from venule.photograph.arrays import BoolArray


@dataclass(frozen=True)
class Counts:
    """How many pixels of a region are vessel or not, in the vessel map and in the reference drawing.

    Counts add up: the sum over photographs gives the pooled scores. A ratio with denominator 0 is None, never NaN;
    `undefined` says why.

    Attributes:
        tp: vessel in both (true positives).
        fp: vessel in the map alone (false positives).
        fn: vessel in the drawing alone (false negatives).
        tn: vessel in neither (true negatives).

    Example:
        >>> Counts(tp=8, fp=2, fn=2, tn=88).dice
        0.8
    """

    tp: int
    fp: int
    fn: int
    tn: int

    @classmethod
    def of(cls, vessels: BoolArray, reference: BoolArray, region: BoolArray) -> "Counts":
        """Count the pixels of a region.

        Args:
            vessels: bool (height, width), the map that is judged.
            reference: bool (height, width), the drawing it is judged by.
            region: bool (height, width), the pixels that count.
        """
        drawn = int(np.count_nonzero(reference & region))
        found = int(np.count_nonzero(vessels & region))
        tp = int(np.count_nonzero(vessels & reference & region))
        pixels = int(np.count_nonzero(region))
        return cls(tp=tp, fp=found - tp, fn=drawn - tp, tn=pixels - drawn - found + tp)

    def __add__(self, other: "Counts") -> "Counts":
        """Pool two comparisons."""
        return Counts(self.tp + other.tp, self.fp + other.fp, self.fn + other.fn, self.tn + other.tn)

    @property
    def pixels(self) -> int:
        """All pixels of the region."""
        return self.tp + self.fp + self.fn + self.tn

    @property
    def dice(self) -> float | None:
        """2 TP / (2 TP + FP + FN), also called F1 (Dice 1945)."""
        return ratio(2 * self.tp, 2 * self.tp + self.fp + self.fn)

    @property
    def sensitivity(self) -> float | None:
        """TP / (TP + FN), also called recall: share of the drawn vessels that was found."""
        return ratio(self.tp, self.tp + self.fn)

    @property
    def specificity(self) -> float | None:
        """TN / (TN + FP): share of the drawn background that was found as background."""
        return ratio(self.tn, self.tn + self.fp)

    @property
    def precision(self) -> float | None:
        """TP / (TP + FP): share of what was found that is drawn."""
        return ratio(self.tp, self.tp + self.fp)

    @property
    def accuracy(self) -> float | None:
        """(TP + TN) / all pixels; it depends on how much background the region holds."""
        return ratio(self.tp + self.tn, self.pixels)

    @property
    def mcc(self) -> float | None:
        """Matthews correlation coefficient (Matthews 1975), in [-1, 1].

        None where the map or the drawing is all vessel or all background; scikit-learn says 0 there.
        """
        margins = (self.tp + self.fp) * (self.tp + self.fn) * (self.tn + self.fp) * (self.tn + self.fn)
        return ratio(self.tp * self.tn - self.fp * self.fn, sqrt(margins))

    @property
    def undefined(self) -> dict[str, str]:
        """The scores that are None here, each with a reason code."""
        reasons = {
            "dice": "no-vessels-drawn-or-found",
            "sensitivity": "no-vessels-drawn",
            "specificity": "no-background-drawn",
            "precision": "no-vessels-found",
            "accuracy": "empty-region",
            "mcc": "one-class-only",
        }
        return {name: reason for name, reason in reasons.items() if getattr(self, name) is None}


def ratio(part: float, whole: float) -> float | None:
    """Part over whole; None where the whole is 0."""
    return part / whole if whole else None
