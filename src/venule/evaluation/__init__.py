"""A vessel map against a reference drawing: counts, scores, intervals and the map of agreement."""

from venule.evaluation.agreement import agreement_colours, agreement_map
from venule.evaluation.counts import Counts
from venule.evaluation.intervals import Difference, Interval, bootstrap_mean_interval, paired_difference
from venule.evaluation.pooling import Pool
from venule.evaluation.scores import SCORES, RegionScores, Scores, evaluate

__all__ = [
    "SCORES",
    "Counts",
    "Difference",
    "Interval",
    "Pool",
    "RegionScores",
    "Scores",
    "agreement_colours",
    "agreement_map",
    "bootstrap_mean_interval",
    "evaluate",
    "paired_difference",
]
