"""The scores of one vessel map against one reference drawing."""

from dataclasses import dataclass

import numpy as np

from venule.errors import EvaluationError
from venule.evaluation.calibration import CalibrationBins
from venule.evaluation.centrelines import CentrelineCounts
from venule.evaluation.counts import Counts
from venule.evaluation.ranking import Areas
from venule.photograph.arrays import BoolArray, FloatArray
from venule.vessel_map import VesselMap

RATIOS = ("dice", "sensitivity", "specificity", "precision", "accuracy", "mcc")
SCORES = (*RATIOS, "auc_roc", "auc_pr", "cl_dice", "calibration_error")


@dataclass(frozen=True, eq=False)
class RegionScores:
    """The scores in one region: the field of view, or the full frame.

    Attributes:
        counts: of pixels.
        centrelines: counts along the centrelines.
        calibration: the bins; None where the map has no probability.
        areas: under the curves; None where the map has no probability.
    """

    counts: Counts
    centrelines: CentrelineCounts
    calibration: CalibrationBins | None
    areas: Areas | None

    @property
    def values(self) -> dict[str, float | None]:
        """Every score by its name, in the order of `SCORES`; None where `undefined` says why."""
        values = {name: getattr(self.counts, name) for name in RATIOS}
        values["auc_roc"] = self.areas.roc if self.areas else None
        values["auc_pr"] = self.areas.pr if self.areas else None
        values["cl_dice"] = self.centrelines.cl_dice
        values["calibration_error"] = self.calibration.error if self.calibration else None
        return values

    @property
    def undefined(self) -> dict[str, str]:
        """The scores that are None here, each with a reason code."""
        ranked = "one-class-only" if self.areas else "no-probability"
        reasons = self.counts.undefined | {
            "auc_roc": ranked,
            "auc_pr": ranked,
            "cl_dice": "no-vessels-drawn-or-found",
            "calibration_error": "no-probability",
        }
        return {name: reasons[name] for name, value in self.values.items() if value is None}


@dataclass(frozen=True, eq=False, repr=False)
class Scores:
    """The scores of one photograph.

    Papers mix the two regions, and what counts background (specificity, accuracy, AUC, MCC) then cannot be compared.

    Attributes:
        fov: inside the field of view.
        frame: over the full frame, where nothing is found outside the field of view (probability 0).
    """

    fov: RegionScores
    frame: RegionScores

    def __repr__(self) -> str:
        """Dice and size of the two regions, not each bin."""
        parts = (
            f"{name}: dice={'undefined' if region.counts.dice is None else format(region.counts.dice, '.4f')}, "
            f"pixels={region.counts.pixels}"
            for name, region in (("fov", self.fov), ("frame", self.frame))
        )
        return f"Scores({'; '.join(parts)})"


def evaluate(
    vessels: VesselMap | BoolArray | FloatArray,
    reference: BoolArray,
    *,
    fov: BoolArray | None = None,
    threshold: float | None = None,
) -> Scores:
    """Score a vessel map against a reference drawing.

    Args:
        vessels: what `venule.segment` returns; or a bool mask (height, width); or a probability, float
            (height, width) in [0, 1], with a threshold.
        reference: bool (height, width), True where a vessel is drawn.
        fov: bool (height, width), the field of view; by default that of the vessel map, or the whole frame.
        threshold: from which probability on a pixel is vessel; for a probability alone.

    Returns:
        Scores inside the field of view and over the full frame. A mask has no AUC and no calibration error (None).

    Raises:
        EvaluationError: the arrays differ in size or are of another type, the probability leaves [0, 1] or has no
            threshold, or the field of view is empty.
    """
    found, probability, region = _parts(vessels, fov, threshold)
    for name, array in (("the reference drawing", reference), ("the field of view", region)):
        if array.shape != found.shape:
            raise EvaluationError(
                f"{name} is {_size(array)}, the vessel map {_size(found)}: they must be of one photograph, unscaled"
            )
        if array.dtype != np.bool_:
            raise EvaluationError(f"{name} is {array.dtype.name}, not bool: pass picture > 127 for one of 0 and 255")
    if not region.any():
        raise EvaluationError("the field of view is empty: nothing can be scored inside it", reason="empty-region")
    found, drawn = found & region, reference & region
    cut = None if probability is None else np.where(region, probability, 0)
    lines = CentrelineCounts.of(found, drawn)
    all_lines = lines if (drawn == reference).all() else CentrelineCounts.of(found, reference)
    return Scores(
        fov=_inside(region, found, reference, cut, lines),
        frame=_inside(np.ones_like(region), found, reference, cut, all_lines),
    )


def _parts(
    vessels: VesselMap | BoolArray | FloatArray, fov: BoolArray | None, threshold: float | None
) -> tuple[BoolArray, FloatArray | None, BoolArray]:
    """Vessels, probability where there is one, and the field of view, of whatever was given."""
    if isinstance(vessels, VesselMap):
        if threshold is not None:
            raise EvaluationError("a vessel map has its threshold: give evaluate its probability to use another one")
        return vessels.vessels, vessels.probability, vessels.fov if fov is None else fov
    if vessels.ndim != 2:
        raise EvaluationError(f"a vessel map has two axes (height, width); got an array of shape {vessels.shape}")
    region: BoolArray = np.ones(vessels.shape, np.bool_) if fov is None else fov
    if vessels.dtype == np.bool_:
        return vessels.astype(np.bool_, copy=False), None, region
    if vessels.dtype.kind != "f":
        raise EvaluationError(
            f"a vessel map is bool or a float probability, not {vessels.dtype.name}: "
            "pass picture > 127 for a mask of 0 and 255, picture / 255 for a probability"
        )
    if threshold is None:
        raise EvaluationError(
            "a probability needs the threshold from which a pixel is vessel: evaluate(..., threshold=)"
        )
    if not (vessels >= 0).all() or not (vessels <= 1).all():
        raise EvaluationError(
            f"a probability lies in [0, 1]; got values from {vessels.min():g} to {vessels.max():g} (nan: not a number)"
        )
    found: BoolArray = vessels >= threshold
    probability: FloatArray = vessels.astype(np.result_type(vessels, np.float32), copy=False)
    return found, probability, region


def _inside(
    region: BoolArray,
    found: BoolArray,
    reference: BoolArray,
    probability: FloatArray | None,
    centrelines: CentrelineCounts,
) -> RegionScores:
    ranked = None if probability is None else (probability[region], reference[region])
    return RegionScores(
        counts=Counts.of(found, reference, region),
        centrelines=centrelines,
        calibration=CalibrationBins.of(*ranked) if ranked else None,
        areas=Areas.of(*ranked) if ranked else None,
    )


def _size(array: BoolArray | FloatArray) -> str:
    return " x ".join(str(side) for side in array.shape)
