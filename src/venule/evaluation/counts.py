"""What is counted in a comparison of a vessel map with a drawing, and every score that follows from the counts.

Counts of photographs add up to those of all their pixels together.
"""

from dataclasses import dataclass, field, fields
from math import sqrt
from typing import Self

import numpy as np
from numpy.typing import NDArray
from skimage.morphology import skeletonize

from venule.photograph.arrays import BoolArray, FloatArray

BINS = 15
LEVELS = 2**20


@dataclass(frozen=True, eq=False)
class _Sum:
    """Counts that are pooled by adding each of them."""

    def __add__(self, other: Self) -> Self:
        """Pool two comparisons."""
        return type(self)(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))


@dataclass(frozen=True)
class Counts(_Sum):
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
        """Count the pixels of a region; the map, the drawing and the region are bool (height, width)."""
        drawn = int(np.count_nonzero(reference & region))
        found = int(np.count_nonzero(vessels & region))
        tp = int(np.count_nonzero(vessels & reference & region))
        pixels = int(np.count_nonzero(region))
        return cls(tp=tp, fp=found - tp, fn=drawn - tp, tn=pixels - drawn - found + tp)

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


@dataclass(frozen=True)
class CentrelineCounts(_Sum):
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


@dataclass(frozen=True, eq=False)
class CalibrationBins(_Sum):
    """Pixels by their vessel probability, in 15 bins of equal width over [0, 1]; a bin holds its lower edge.

    Attributes:
        pixels: int64 (15,), how many.
        probability: float64 (15,), sum of their probabilities.
        drawn: int64 (15,), how many are vessel in the reference drawing.
    """

    pixels: NDArray[np.int64]
    probability: NDArray[np.float64]
    drawn: NDArray[np.int64]

    @classmethod
    def of(cls, probability: FloatArray, reference: BoolArray) -> "CalibrationBins":
        """Sort pixels into bins; two arrays of one shape, the first in [0, 1]."""
        place = np.minimum((probability.ravel() * BINS).astype(np.intp), BINS - 1)
        return cls(
            pixels=np.bincount(place, minlength=BINS),
            probability=np.bincount(place, weights=probability.ravel(), minlength=BINS).astype(np.float64),
            drawn=np.bincount(place[reference.ravel()], minlength=BINS),
        )

    @property
    def error(self) -> float | None:
        """Expected calibration error (Naeini et al. 2015).

        It is the mean over pixels of the difference between mean probability and vessel share, without its sign;
        that of the vessel class, not of the more likely class (Guo et al. 2017).
        """
        total = int(self.pixels.sum())
        return float(np.abs(self.probability - self.drawn).sum() / total) if total else None


@dataclass(frozen=True)
class Areas:
    """The areas under the two curves; None where the reference has one class only.

    Attributes:
        roc: AUC-ROC, the probability that a vessel pixel ranks above a background pixel, ties counted half.
        pr: AUC-PR as average precision, the sum of precision times the step in recall, without interpolation.
    """

    roc: float | None
    pr: float | None

    @classmethod
    def of(cls, probability: FloatArray, reference: BoolArray) -> "Areas":
        """The exact areas of two arrays of one shape, those of scikit-learn at a tenth of its time.

        Only scores that some vessel pixel has move recall: sorting each class once says all that is needed.
        """
        vessel, background = np.sort(probability[reference]), np.sort(probability[~reference])
        score, drawn = np.unique(vessel, return_counts=True)
        below = np.searchsorted(background, score, side="left")
        level = np.searchsorted(background, score, side="right") - below
        return _areas(drawn, below, level, background.size)


@dataclass(frozen=True, eq=False)
class RankHistogram:
    """The ranks of many photographs together, at 2**20 levels of probability and without keeping their pixels.

    Attributes:
        drawn: int64 (levels,), vessel pixels of the reference drawings at each level.
        background: int64 (levels,), the other pixels.
    """

    drawn: NDArray[np.int64] = field(default_factory=lambda: np.zeros(LEVELS, np.int64))
    background: NDArray[np.int64] = field(default_factory=lambda: np.zeros(LEVELS, np.int64))

    def add(self, probability: FloatArray, reference: BoolArray) -> None:
        """Count the pixels of one more photograph; two arrays of one shape, the first in [0, 1]."""
        level = np.rint(probability * (LEVELS - 1)).astype(np.int32)
        self.drawn[:] += np.bincount(level[reference], minlength=LEVELS)
        self.background[:] += np.bincount(level[~reference], minlength=LEVELS)

    def areas(self) -> Areas:
        """The areas over all photographs, as if they were one."""
        here = self.drawn > 0
        below = np.cumsum(self.background) - self.background
        return _areas(self.drawn[here], below[here], self.background[here], int(self.background.sum()))


def _areas(drawn: NDArray[np.int64], below: NDArray[np.int64], level: NDArray[np.int64], background: int) -> Areas:
    """The areas, from the vessel pixels and the background pixels below and at each score, in ascending order."""
    total = int(drawn.sum())
    if total == 0 or background == 0:
        return Areas(None, None)
    roc = np.sum(drawn * (below + level / 2)) / (total * background)
    found = np.cumsum(drawn[::-1])[::-1]  # at or above each score
    pr = np.sum(drawn * (found / (found + background - below))) / total
    return Areas(float(roc), float(pr))


def ratio(part: float, whole: float) -> float | None:
    """Part over whole; None where the whole is 0."""
    return part / whole if whole else None
