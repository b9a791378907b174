"""What is done to one photograph in a batch: the steps joined, with files' bytes at both ends."""

from venule.jobs.segment import PHOTOGRAPH_SUFFIXES, SegmentPhotograph, segment_files

__all__ = ["PHOTOGRAPH_SUFFIXES", "SegmentPhotograph", "segment_files"]
