"""The parameters that several routes take, checked."""

from typing import Annotated

from fastapi import Depends, Query, Request

from venule.measurement import Scale
from venule.server.problems import Problem
from venule.server.service import service_of
from venule.server.tasks import Asked
from venule.workflows import SegmentPhotograph

ModelName = Annotated[str, Query(description="Name of a model of GET /v1/models.", examples=["general"])]
Threshold = Annotated[
    float | None,
    Query(gt=0, lt=1, description="Probability from which a pixel is vessel; left out: the model's own."),
]
Flips = Annotated[bool, Query(description="Average over four mirror images: steadier, and four times the work.")]
Size = Annotated[float | None, Query(gt=0, le=10_000, allow_inf_nan=False)]


def finding(
    request: Request, model: ModelName = "general", threshold: Threshold = None, flips: Flips = False
) -> SegmentPhotograph:
    """How vessels are found.

    Raises:
        Problem: 422, there is no such model.
    """
    service = service_of(request)
    if model not in service.models:
        known = ", ".join(service.models)
        raise Problem(422, "unknown-model", f"there is no model {model[:80]!r} here: choose one of {known}")
    # What is opened is the folder that the operator has given, never the name that a client has.
    folder, _ = service.models[model]
    return SegmentPhotograph(folder, threshold, flips, threads=service.settings.threads)


def scale(
    um_per_pixel: Annotated[Size, Query(description="Micrometres on the retina that a pixel spans.")] = None,
    field: Annotated[Size, Query(description="Degrees that the field of view spans, such as 45.")] = None,
    disc_um: Annotated[Size, Query(description="Micrometres to take the optic disc for, such as 1800.")] = None,
) -> Scale:
    """What is known of the size of a pixel: at most one of the three."""
    return Scale(um_per_pixel, field, disc_um)


Finding = Annotated[SegmentPhotograph, Depends(finding)]
Scaling = Annotated[Scale, Depends(scale)]


def asked(request: Request, found_by: Finding, scaled: Scaling) -> Asked:
    """What a request asks for, besides its photograph."""
    return Asked(found_by, scaled, service_of(request).settings.limits.pixels)


def asked_to_find(request: Request, found_by: Finding) -> Asked:
    """The same where nothing is measured."""
    return Asked(found_by, max_pixels=service_of(request).settings.limits.pixels)


AskedFor = Annotated[Asked, Depends(asked)]
AskedToFind = Annotated[Asked, Depends(asked_to_find)]
