"""Many photographs: lists, journal, resume, local processes and clusters. Knows nothing of vessels."""

from venule.batch.engine import Engine
from venule.batch.items import Item
from venule.batch.job import Job
from venule.batch.journal import Record, read_journal
from venule.batch.layout import Layout
from venule.batch.merge import merge
from venule.batch.outputs import Output, write_whole
from venule.batch.progress import show_progress
from venule.batch.run import Batch, run
from venule.batch.shard import Shard
from venule.batch.status import Status, read_status
from venule.batch.tables import Joined
from venule.batch.work import Done, Work, read_path

__all__ = [
    "Batch", "Done", "Engine", "Item", "Job", "Joined", "Layout", "Output", "Record", "Shard", "Status", "Work",
    "merge", "read_journal", "read_path", "read_status", "run", "show_progress", "write_whole",
]  # fmt: skip
