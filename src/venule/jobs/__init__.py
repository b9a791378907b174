"""What is done to one photograph in a batch: the steps joined, with files' bytes at both ends.

`venule.jobs.measure` and `venule.jobs.report` are imported by name: the libraries that they need take longer to load
than a photograph takes to segment.
"""

from venule.jobs.segment import PHOTOGRAPH_SUFFIXES, SegmentPhotograph, segment_files

__all__ = ["PHOTOGRAPH_SUFFIXES", "SegmentPhotograph", "segment_files"]
