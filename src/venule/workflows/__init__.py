"""What users do with venule: segment, measure, analyse, report, evaluate, submit, demo.

Import `venule.workflows.measure` and `venule.workflows.report` by name: loading their libraries takes time.
"""

from venule.photograph.decode import SUFFIXES as PHOTOGRAPH_SUFFIXES
from venule.workflows.segment import SegmentPhotograph, segment_files

__all__ = ["PHOTOGRAPH_SUFFIXES", "SegmentPhotograph", "segment_files"]
