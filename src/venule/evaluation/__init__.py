"""A vessel map against a reference drawing: counts, scores, intervals and the map of agreement."""

from venule.evaluation.agreement import LEGEND, agreement_colours, agreement_map
from venule.evaluation.arteries_veins import AV_SCORES, score_arteries_veins
from venule.evaluation.counts import Counts
from venule.evaluation.landmarks import LANDMARK_SCORES, score_landmarks
from venule.evaluation.scores import SCORES, RegionScores, ScorePool, Scores, evaluate
from venule.evaluation.uncertainty import Difference, MeanInterval, bootstrap_mean_interval, paired_difference

__all__ = [
    "AV_SCORES",
    "LANDMARK_SCORES",
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
    "score_arteries_veins",
    "score_landmarks",
]
