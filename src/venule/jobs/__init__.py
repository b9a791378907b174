"""What is done to one photograph in a batch: the steps joined, with files' bytes at both ends."""

from venule.jobs.measure import MeasurePhotograph, measure_files
from venule.jobs.report import report_folder
from venule.jobs.segment import PHOTOGRAPH_SUFFIXES, SegmentPhotograph, segment_files

__all__ = [
    "PHOTOGRAPH_SUFFIXES",
    "MeasurePhotograph",
    "SegmentPhotograph",
    "measure_files",
    "report_folder",
    "segment_files",
]
