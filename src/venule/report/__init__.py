"""Pictures and tables that people read."""

from venule.report.contact_sheet import contact_sheet
from venule.report.tables import Table, figure

__all__ = ["Table", "contact_sheet", "figure"]
