"""Find the vessels of a photograph with a model."""

from venule.segmentation.one_photograph import segment
from venule.segmentation.predict import predict_with
from venule.segmentation.runtime import check_runtime
from venule.segmentation.segmenter import Segmenter, check_scales
from venule.vessel_map import check_threshold

__all__ = ["Segmenter", "check_runtime", "check_scales", "check_threshold", "predict_with", "segment"]
