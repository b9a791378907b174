"""Photograph + model -> VesselMap."""

from venule.segmentation.segment import check_threshold, segment
from venule.segmentation.segmenter import Segmenter

__all__ = ["Segmenter", "check_threshold", "segment"]
