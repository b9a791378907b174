"""The scores of many photographs together."""

from functools import reduce
from operator import add
from typing import Any

import numpy as np
from numpy.typing import NDArray

from venule.errors import EvaluationError
from venule.evaluation.ranking import RankHistogram
from venule.evaluation.scores import RegionScores, Scores, evaluate
from venule.photograph.arrays import BoolArray, FloatArray
from venule.vessel_map import VesselMap


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
        vessels: VesselMap | BoolArray | FloatArray,
        reference: BoolArray,
        *,
        fov: BoolArray,
        threshold: float | None = None,
    ) -> Scores:
        """Score one more photograph; arguments, result and errors are those of `evaluate`."""
        scores = evaluate(vessels, reference, fov=fov, threshold=threshold)
        probability: NDArray[Any] = vessels.probability if isinstance(vessels, VesselMap) else vessels
        if probability.dtype != np.bool_:
            for region in ("fov", "frame"):
                self._ranks.setdefault(region, RankHistogram())
            self._ranks["fov"].add(probability[fov], reference[fov])
            self._ranks["frame"].add(np.where(fov, probability, 0), reference)
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
