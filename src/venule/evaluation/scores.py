"""The scores of a vessel map against a reference drawing, and of many photographs together."""

from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import TYPE_CHECKING

import numpy as np

from venule.errors import EvaluationError
from venule.evaluation.counts import Areas, CalibrationBins, CentrelineCounts, Counts, RankHistogram
from venule.photograph import FieldOfView, read_mask, read_probability
from venule.photograph.arrays import BoolArray, FloatArray
from venule.photograph.mask import MaskSource, check_not_inverted, check_size, read_fov
from venule.vessel_map import VesselMap

if TYPE_CHECKING:
    from pandas import DataFrame

RATIOS = ("dice", "sensitivity", "specificity", "precision", "accuracy", "mcc")
_INVERTED = 0.3  # of the frame; a small region may have more, beside the disc
SCORES = (*RATIOS, "auc_roc", "auc_pr", "cl_dice", "calibration_error")


@dataclass(frozen=True, eq=False)
class RegionScores:
    """The scores in one region: the field of view, or the full frame.

    Attributes:
        counts: of pixels.
        centrelines: counts along the centrelines.
        calibration: the bins; None where the map has no probability.
        areas: under the curves; None where the map has no probability.

    Example:
        >>> inside = venule.evaluate(phantom.vessels, phantom.vessels).fov
        >>> inside.values["sensitivity"]
        1.0
        >>> inside.undefined["auc_roc"]
        'no-probability'
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

    Example:
        >>> scores = venule.evaluate(found, phantom.vessels)
        >>> scores.dice == scores.fov.values["dice"]
        True
        >>> list(scores.to_pandas().columns)
        ['region', 'score', 'value', 'reason']
    """

    fov: RegionScores
    frame: RegionScores

    @property
    def dice(self) -> float | None:
        """Dice inside the field of view; None where no vessels are drawn or found."""
        return self.fov.counts.dice

    def to_pandas(self) -> "DataFrame":
        """A table with a row for each score of each region: region, score, value, reason."""
        from pandas import DataFrame

        rows = [
            (name, score, value, region.undefined.get(score, ""))
            for name, region in (("fov", self.fov), ("frame", self.frame))
            for score, value in region.values.items()
        ]
        return DataFrame(rows, columns=["region", "score", "value", "reason"]).astype({"value": float})

    def __repr__(self) -> str:
        """Dice and size of the two regions, not each bin."""
        parts = (
            f"{name}: dice={'undefined' if region.counts.dice is None else format(region.counts.dice, '.4f')}, "
            f"pixels={region.counts.pixels}"
            for name, region in (("fov", self.fov), ("frame", self.frame))
        )
        return f"Scores({'; '.join(parts)})"


def evaluate(
    vessels: VesselMap | MaskSource,
    reference: MaskSource,
    *,
    fov: FieldOfView | MaskSource | None = None,
    threshold: float | None = None,
) -> Scores:
    """Score a vessel map against a reference drawing.

    Args:
        vessels: what `venule.segment` returns; or a mask, False and True, 0 and 1, or 0 and 255 (see
            `venule.photograph.read_mask`); or, with a threshold, a probability in [0, 1].
        reference: a mask of the vessels that are drawn.
        fov: the field of view, or a mask of it; None: that of the vessel map, or the whole frame.
        threshold: from which probability on a pixel is vessel; for a probability alone.

    Returns:
        Scores inside the field of view and over the full frame. A mask has no AUC and no calibration error (None).

    Raises:
        EvaluationError: the field of view is empty, or a vessel map is given a threshold.
        MaskError: a mask holds labels or grey levels, is inverted, or they differ in size; the field of view is
            inverted or empty; or the probability leaves [0, 1].

    Example:
        >>> scores = venule.evaluate(found, phantom.vessels)
        >>> scores.dice > 0.7
        True
    """
    return _score(*_parts(vessels, reference, fov, threshold))


class ScorePool:
    """Scores photographs one by one and keeps their counts, not their pixels.

    Example:
        >>> pool = ScorePool()
        >>> scores = pool.add(found, phantom.vessels, fov=found.fov)
        >>> pool.scores().dice == scores.dice
        True
    """

    def __init__(self) -> None:
        self._scores: list[Scores] = []
        self._ranks: dict[str, RankHistogram] = {}

    def add(
        self,
        vessels: VesselMap | MaskSource,
        reference: MaskSource,
        *,
        fov: FieldOfView | MaskSource | None = None,
        threshold: float | None = None,
    ) -> Scores:
        """Score one more photograph; arguments, result and errors are those of `evaluate`."""
        found, probability, region, drawn = _parts(vessels, reference, fov, threshold)
        scores = _score(found, probability, region, drawn)
        if probability is not None:
            for name in ("fov", "frame"):
                self._ranks.setdefault(name, RankHistogram())
            self._ranks["fov"].add(probability[region], drawn[region])
            self._ranks["frame"].add(np.where(region, probability, 0), drawn)
        self._scores.append(scores)
        return scores

    def scores(self) -> Scores:
        """The scores over all pixels of all photographs; no AUC where one of them was a mask.

        The areas are of probabilities rounded to 2**20 levels.

        Raises:
            EvaluationError: no photograph was added.
        """
        if not self._scores:
            raise EvaluationError("there are no photographs to pool")
        return Scores(
            fov=_pool([one.fov for one in self._scores], self._ranks.get("fov")),
            frame=_pool([one.frame for one in self._scores], self._ranks.get("frame")),
        )


def _pool(scores: list[RegionScores], ranks: RankHistogram | None) -> RegionScores:
    bins = [one.calibration for one in scores if one.calibration is not None]
    ranked = ranks is not None and len(bins) == len(scores)
    return RegionScores(
        counts=reduce(add, (one.counts for one in scores)),
        centrelines=reduce(add, (one.centrelines for one in scores)),
        calibration=reduce(add, bins) if ranked else None,
        areas=ranks.areas() if ranks is not None and ranked else None,
    )


def _parts(
    vessels: VesselMap | MaskSource,
    reference: MaskSource,
    fov: FieldOfView | MaskSource | None,
    threshold: float | None,
) -> tuple[BoolArray, FloatArray | None, BoolArray, BoolArray]:
    """Vessels, probability where there is one, field of view and drawing, of whatever was given."""
    if threshold is not None and not 0 < threshold <= 1:
        raise EvaluationError(
            f"threshold {threshold:g} is no probability: give one above 0, at most 1", reason="bad-threshold"
        )
    probability: FloatArray | None = None
    region: BoolArray | None = None
    if isinstance(vessels, VesselMap):
        if threshold is not None:
            raise EvaluationError("a vessel map has its threshold: give evaluate its probability to use another one")
        found, region = vessels.vessels, vessels.fov
        if vessels.model or not np.array_equal(vessels.probability, found):  # a mask has no probability of its own
            probability = vessels.probability
    elif threshold is None or (isinstance(vessels, np.ndarray) and vessels.dtype == np.bool_):
        found = read_mask(vessels, name="the vessel map")
    else:
        probability = _probability(vessels)
        found = np.asarray(probability >= threshold)
    if fov is not None:
        region = fov.mask if isinstance(fov, FieldOfView) else read_fov(fov, name="the field of view")
    elif region is None:
        region = np.ones(found.shape, np.bool_)
    drawn = read_mask(reference, name="the reference drawing")
    for name, array in (("the reference drawing", drawn), ("the field of view", region)):
        check_size(array, found.shape, name=name, photograph="the vessel map")
    if not region.any():
        raise EvaluationError("the field of view is empty: nothing can be scored inside it", reason="empty-region")
    likely = found if probability is None else np.asarray(probability > 0.5)
    for name, mask in (("the reference drawing", drawn), ("the vessel map", likely)):
        of_model = mask is likely and isinstance(vessels, VesselMap)  # which may be as bad as it is
        if not of_model and np.mean(mask) > _INVERTED:
            check_not_inverted(mask, region, name=name, photograph="the photograph")
    return found, probability, region, drawn


def _probability(vessels: MaskSource) -> FloatArray:
    """As it is given, where it is an array of floats: 64 bits rank pixels that 32 bits cannot tell apart."""
    given = vessels if isinstance(vessels, np.ndarray) and vessels.dtype.kind == "f" else None
    shares = read_probability(vessels, name="the vessel map")
    return shares if given is None else given.astype(np.result_type(given, np.float32), copy=False)


def _score(found: BoolArray, probability: FloatArray | None, region: BoolArray, drawn: BoolArray) -> Scores:
    inside, drawn_inside = found & region, drawn & region
    cut = None if probability is None else np.where(region, probability, 0)
    lines = CentrelineCounts.of(inside, drawn_inside)
    all_lines = lines if (drawn_inside == drawn).all() else CentrelineCounts.of(inside, drawn)
    return Scores(
        fov=_inside(region, inside, drawn, cut, lines),
        frame=_inside(np.ones_like(region), inside, drawn, cut, all_lines),
    )


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
