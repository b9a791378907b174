"""Comparison of networks under one recipe: runs, tables, verdicts and figures."""

from venule.study.plan import Study, read_study, shipped_studies
from venule.study.runs import Progress, do_runs, progress_of
from venule.study.study import report_study, run_on_devices, run_study

__all__ = [
    "Progress",
    "Study",
    "do_runs",
    "progress_of",
    "read_study",
    "report_study",
    "run_on_devices",
    "run_study",
    "shipped_studies",
]
