"""One use of the whole each: segment, measure, analyse, report, evaluate, submit, demonstrate.

`venule.workflows.measure` and `venule.workflows.report` are imported by name: the libraries that they need take longer
to load than a photograph takes to segment.
"""

from venule.workflows.segment import PHOTOGRAPH_SUFFIXES, SegmentPhotograph, segment_files

__all__ = ["PHOTOGRAPH_SUFFIXES", "SegmentPhotograph", "segment_files"]
