"""Pictures and tables that people read."""

from venule.report.contact_sheet import contact_sheet
from venule.report.numbers import NOTHING, number_text, score_text
from venule.report.tables import Table

__all__ = ["NOTHING", "Table", "contact_sheet", "number_text", "score_text"]
