"""A data set + models, or masks of another tool -> scores, intervals and a comparison, in a folder."""

from venule.trials.choose import choose_entrants, choose_records
from venule.trials.entrants import Entrant, mask_entrant, model_entrant
from venule.trials.output import tables, write_trial
from venule.trials.run import Row, Trial, run_trial
from venule.trials.summary import Summary, summarise

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
