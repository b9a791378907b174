"""Many photographs: lists, journal, resume, worker processes and clusters. Knows nothing of vessels."""

from venule.batch.batch import Batch, run
from venule.batch.engine import Engine
from venule.batch.items import Item, Shard
from venule.batch.journal import JournalRecord, read_journal
from venule.batch.merge import merge
from venule.batch.outputs import Layout, Output, write_whole
from venule.batch.progress import BatchResult, Status, read_status, show_progress
from venule.batch.tables import Joined
from venule.batch.work import Done, Work, read_path

__all__ = [
    "Batch", "BatchResult", "Done", "Engine", "Item", "Joined", "JournalRecord", "Layout", "Output", "Shard", "Status",
    "Work", "merge", "read_journal", "read_path", "read_status", "run", "show_progress", "write_whole",
]  # fmt: skip
