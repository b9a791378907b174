"""Models or the masks of another tool, scored on a data set: scores, intervals and a comparison, in a folder."""

from venule.workflows.evaluate.methods import Method, choose_methods, choose_records
from venule.workflows.evaluate.score_files import score_tables, write_evaluation
from venule.workflows.evaluate.scoring import Evaluation, PhotographScores, Summary, evaluate_methods, summarise

__all__ = [
    "Evaluation",
    "Method",
    "PhotographScores",
    "Summary",
    "choose_methods",
    "choose_records",
    "evaluate_methods",
    "score_tables",
    "summarise",
    "write_evaluation",
]
