"""Calibration: whether 70 % of the pixels with probability 0.7 are vessel."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from venule.photograph.arrays import BoolArray, FloatArray

BINS = 15


@dataclass(frozen=True, eq=False)
class CalibrationBins:
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

    def __add__(self, other: "CalibrationBins") -> "CalibrationBins":
        """Pool two photographs."""
        return CalibrationBins(
            self.pixels + other.pixels, self.probability + other.probability, self.drawn + other.drawn
        )

    @property
    def error(self) -> float | None:
        """Expected calibration error (Naeini et al. 2015).

        It is the mean over pixels of the difference between mean probability and vessel share, without its sign;
        that of the vessel class, not of the more likely class (Guo et al. 2017).
        """
        total = int(self.pixels.sum())
        return float(np.abs(self.probability - self.drawn).sum() / total) if total else None
