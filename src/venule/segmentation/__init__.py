"""Find vessels, arteries and veins, disc and fovea of a photograph with models."""

from venule.segmentation.arteries_veins import find_arteries_veins
from venule.segmentation.landmarks import find_landmarks
from venule.segmentation.one_photograph import segment
from venule.segmentation.predict import predict_with
from venule.segmentation.runtime import check_runtime
from venule.segmentation.segmenter import Segmenter, check_scales
from venule.vessel_map import check_threshold

__all__ = [
    "Segmenter",
    "check_runtime",
    "check_scales",
    "check_threshold",
    "find_arteries_veins",
    "find_landmarks",
    "predict_with",
    "segment",
]
