"""The query parameters that several routes have."""

from typing import Annotated

from fastapi import Depends, Query, Request

from venule.measurement import Scale
from venule.server.problem_json import Problem
from venule.server.service import service_of
from venule.server.worker_tasks import Options
from venule.workflows import SegmentPhotograph

ModelName = Annotated[str, Query(description="Name of a model of GET /v1/models.", examples=["general"])]
Threshold = Annotated[
    float | None,
    Query(gt=0, lt=1, description="Probability from which a pixel is vessel; default: that of the model."),
]
Flips = Annotated[bool, Query(description="Average over four mirror images: steadier, and four times the work.")]
Size = Annotated[float | None, Query(gt=0, le=10_000, allow_inf_nan=False)]


def segmentation(
    request: Request, model: ModelName = "general", threshold: Threshold = None, flips: Flips = False
) -> SegmentPhotograph:
    """How vessels are found.

    Raises:
        Problem: 422, the model is unknown.
    """
    service = service_of(request)
    if model not in service.models:
        known = ", ".join(service.models)
        raise Problem(422, "unknown-model", f"there is no model {model[:80]!r} here: choose one of {known}")
    folder, _ = service.models[model]  # as the operator gave it: a client's text is never used as a path
    return SegmentPhotograph(folder, threshold, flips, threads=service.settings.threads)


def scale(
    um_per_pixel: Annotated[Size, Query(description="Micrometres on the retina per pixel.")] = None,
    field: Annotated[Size, Query(description="Angle of the field of view in degrees, such as 45.")] = None,
    disc_um: Annotated[Size, Query(description="Diameter of the optic disc in micrometres, such as 1800.")] = None,
) -> Scale:
    """The size of a pixel, by at most one of the three."""
    return Scale(um_per_pixel=um_per_pixel, field_degrees=field, disc_um=disc_um)


Segmentation = Annotated[SegmentPhotograph, Depends(segmentation)]


def segment_options(request: Request, segmentation: Segmentation) -> Options:
    """The options of a request to segment."""
    return Options(segmentation, max_pixels=service_of(request).limits.pixels)


def measure_options(request: Request, segmentation: Segmentation, scale: Annotated[Scale, Depends(scale)]) -> Options:
    """The options of a request to measure."""
    return Options(segmentation, scale, max_pixels=service_of(request).limits.pixels)


SegmentOptions = Annotated[Options, Depends(segment_options)]
MeasureOptions = Annotated[Options, Depends(measure_options)]
