"""DRIVE, CHASE_DB1, HRF, STARE, FIVES, a plain folder, phantoms."""

from venule.datasets.dataset import Dataset, Example, Record, read_drawing, read_record
from venule.datasets.folder import open_dataset

__all__ = ["Dataset", "Example", "Record", "open_dataset", "read_drawing", "read_record"]
