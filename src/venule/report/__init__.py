"""Pictures and tables that people read."""

from venule.report.contact_sheet import contact_sheet
from venule.report.tables import NOTHING, Table, number_text, score_text

__all__ = ["NOTHING", "Table", "contact_sheet", "number_text", "score_text"]
