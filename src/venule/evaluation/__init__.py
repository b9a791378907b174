"""A vessel map against a reference drawing: counts, scores, intervals and the map of agreement."""

from venule.evaluation.agreement import LEGEND, agreement_colours, agreement_map
from venule.evaluation.counts import Counts
from venule.evaluation.scores import SCORES, RegionScores, ScorePool, Scores, evaluate
from venule.evaluation.uncertainty import Difference, MeanInterval, bootstrap_mean_interval, paired_difference

__all__ = [
    "LEGEND",
    "SCORES",
    "Counts",
    "Difference",
    "MeanInterval",
    "RegionScores",
    "ScorePool",
    "Scores",
    "agreement_colours",
    "agreement_map",
    "bootstrap_mean_interval",
    "evaluate",
    "paired_difference",
]
