"""Photograph + model -> VesselMap."""

from venule.segmentation.predict import predict_with
from venule.segmentation.runtime import check_runtime
from venule.segmentation.segment import check_threshold, segment
from venule.segmentation.segmenter import Segmenter

__all__ = ["Segmenter", "check_runtime", "check_threshold", "predict_with", "segment"]
