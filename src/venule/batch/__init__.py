"""Many photographs: journal, resume, local workers. Knows nothing of vessels."""

from venule.batch.files import Item, find_files
from venule.batch.job import Job
from venule.batch.journal import Record, read_journal
from venule.batch.outputs import write_whole
from venule.batch.progress import show_progress
from venule.batch.run import run
from venule.batch.work import Done, Work

__all__ = ["Done", "Item", "Job", "Record", "Work", "find_files", "read_journal", "run", "show_progress", "write_whole"]
