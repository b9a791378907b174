"""A data set + models, or masks of another tool -> scores, intervals and a comparison, in a folder."""

from venule.workflows.evaluate.choose import choose_entrants, choose_records
from venule.workflows.evaluate.entrants import Entrant, mask_entrant, model_entrant
from venule.workflows.evaluate.output import tables, write_trial
from venule.workflows.evaluate.scoring import Row, Trial, run_trial
from venule.workflows.evaluate.summary import Summary, summarise

__all__ = [
    "Entrant",
    "Row",
    "Summary",
    "Trial",
    "choose_entrants",
    "choose_records",
    "mask_entrant",
    "model_entrant",
    "run_trial",
    "summarise",
    "tables",
    "write_trial",
]
