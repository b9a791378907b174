"""The routes: a photograph in, an answer out; and models, health and counters of the service."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal, TypeVar, get_args

import mimeparse
from fastapi import APIRouter, Depends, Query, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel

from venule import __version__
from venule.measurement import Scale
from venule.models import Card
from venule.server import schemas, worker_tasks
from venule.server.problem_json import Problem, documented
from venule.server.schemas import MEDIA_TYPES
from venule.server.service import service_of
from venule.server.uploads import read_photograph, read_photographs
from venule.server.worker_tasks import Options
from venule.workflows import SegmentPhotograph

Route = TypeVar("Route", bound=Callable[..., Any])


def check_parameters(request: Request) -> None:
    """Refuse a query parameter that does not exist, or is there twice: a scale with a typing error would not be used.

    Raises:
        Problem: 422.
    """
    described = request.app.openapi()["paths"][request.scope["route"].path][request.method.lower()]
    known = [one["name"] for one in described.get("parameters", ()) if one["in"] == "query"]
    for name, times in Counter(name for name, _ in request.query_params.multi_items()).items():
        if name not in known:
            exist = f"there are {', '.join(known)}" if known else "this address has none"
            raise Problem(422, "bad-parameter", f"there is no parameter {name[:80]!r}: {exist}")
        if times > 1:
            raise Problem(422, "bad-parameter", f"the parameter {name} is given {times} times: give it once")


router = APIRouter(dependencies=[Depends(check_parameters)])
health_router = APIRouter(tags=["service"])
PROBLEMS = documented(406, 408, 413, 415, 422, 500, 503, 504)
MAPS = ("arteries", "veins")
SegmentFormat = Literal["png", "json", "parquet", "dicom-seg"]
MeasureFormat = Literal["json", "csv", "parquet", "png", "dicom-sr"]
FORMAT = Query(alias="format", description="Instead of the header Accept.")
Picture = Annotated[
    Literal["vessels", "arteries", "veins", "av", "probability", "overlay", "fov"],
    Query(
        description="The picture, where the answer is PNG: `vessels`, `arteries`, `veins` and `fov` (field of view), 0 "
        "and 255; `av`, arteries light red, veins blue, both purple where they cross, unsure vessels grey; "
        "`probability`, 0 to 255; `overlay`, the photograph with its vessels in these colours."
    ),
]
ModelName = Annotated[str, Query(description="Name of a model of GET /v1/models.", examples=["general"])]
Threshold = Annotated[
    float | None,
    Query(gt=0, lt=1, description="Probability from which a pixel is vessel; default: that of the model."),
]
Flips = Annotated[bool, Query(description="Average over four mirror images: steadier, and four times the work.")]
Size = Annotated[float | None, Query(gt=0, le=10_000, allow_inf_nan=False)]


Av = Annotated[bool, Query(description="Tell arteries from veins; without, it is faster.")]


def segment_options(
    request: Request,
    model: ModelName = "general",
    threshold: Threshold = None,
    flips: Flips = False,
    av: Av = True,
) -> Options:
    """How vessels are found.

    Raises:
        Problem: 422, the model is unknown.
    """
    service = service_of(request)
    if model not in service.models:
        known = ", ".join(service.models)
        raise Problem(422, "unknown-model", f"there is no model {model[:80]!r} here: choose one of {known}")
    folder, _ = service.models[model]  # as the operator gave it: a client's text is never used as a path
    kinds = "arteries-veins" if av else None
    segmentation = SegmentPhotograph(folder, threshold, flips, av=kinds, threads=service.settings.threads)
    return Options(segmentation, max_pixels=service.settings.pixels)


SegmentOptions = Annotated[Options, Depends(segment_options)]


def measure_options(
    options: SegmentOptions,
    um_per_pixel: Annotated[Size, Query(description="Micrometres on the retina per pixel.")] = None,
    field: Annotated[Size, Query(description="Angle of the field of view in degrees, such as 45.")] = None,
    disc_um: Annotated[Size, Query(description="Diameter of the optic disc in micrometres, such as 1800.")] = None,
) -> Options:
    """How vessels are found, and the size of a pixel by at most one of the three."""
    return replace(options, scale=Scale(um_per_pixel=um_per_pixel, field_degrees=field, disc_um=disc_um))


MeasureOptions = Annotated[Options, Depends(measure_options)]


def _of_photograph(
    path: str, summary: str, model: type[BaseModel], formats: tuple[str, ...], *maps: str
) -> Callable[[Route], Route]:
    """The decorator of a route that takes a photograph, and perhaps maps."""
    return router.post(
        path,
        tags=["photographs"],
        summary=summary,
        response_class=Response,
        responses={200: schemas.answer(model, formats), **PROBLEMS},
        openapi_extra=schemas.photograph_body(*maps),
    )


@_of_photograph("/v1/segment", "Find what a photograph shows", schemas.Segmented, get_args(SegmentFormat))
async def segment(
    request: Request,
    options: SegmentOptions,
    picture: Picture = "vessels",
    wanted: Annotated[SegmentFormat | None, FORMAT] = None,
) -> Response:
    """The vessels, at the size of the photograph (turned upright, as its EXIF says).

    PNG: a picture. JSON: vessels, arteries and veins as run lengths of COCO (`pycocotools` reads them), the places of
    disc and fovea in pixels, model, threshold and size. Parquet: one row, with the masks as PNG in `vessels_png`,
    `arteries_png` and `veins_png`. `dicom-seg`, for a DICOM photograph: a DICOM Segmentation of the same patient and
    study.
    """
    form = choose_format(get_args(SegmentFormat), requested=wanted, accept=request.headers.get("accept", ""))
    return await _answer(request, worker_tasks.segment, options, picture, form, form=form, maps=())


@_of_photograph(
    "/v1/measure", "Measure the vessels of a photograph", schemas.Measurements, get_args(MeasureFormat), *MAPS
)
async def measure(
    request: Request,
    options: MeasureOptions,
    picture: Picture = "overlay",
    graph: Annotated[bool, Query(description="Add the centrelines of the vessels, in JSON.")] = False,
    wanted: Annotated[MeasureFormat | None, FORMAT] = None,
) -> Response:
    """More than forty measurements, many of them by region, each with its 95 % interval (`_lower`, `_upper`).

    A measurement that is not possible is null, and `reasons` says why. Lengths are in pixels, and in micrometres or
    degrees where one of `um_per_pixel`, `field` and `disc_um` is given or a DICOM photograph has a scale. Maps of
    arteries and veins, as further parts of a form, take the place of those that venule finds. PNG: a picture of what
    was measured. `dicom-sr`, for a DICOM photograph: a DICOM structured report of the same patient and study.
    """
    form = choose_format(get_args(MeasureFormat), requested=wanted, accept=request.headers.get("accept", ""))
    return await _answer(request, worker_tasks.measure, options, picture, form, graph, form=form)


@_of_photograph("/v1/look", "Everything that the page shows of a photograph", schemas.Look, ("json",), *MAPS)
async def look(request: Request, options: MeasureOptions) -> Response:
    """Pictures in base64, centrelines, and measurements with their intervals and reasons, in one answer.

    It may change with the page. Programs should use `/v1/segment` and `/v1/measure`.
    """
    return await _answer(request, worker_tasks.look, options)


@router.post(
    "/v1/report",
    tags=["photographs"],
    summary="The report of some photographs",
    response_class=Response,
    responses={200: {"description": "One HTML file that needs no network.", "content": {"text/html": {}}}, **PROBLEMS},
    openapi_extra=schemas.photographs_body(*MAPS),
)
async def report(request: Request, options: MeasureOptions) -> Response:
    """One HTML file with pictures and measurements of each photograph, side by side.

    A map of arteries or veins belongs to the photograph of the same name: `eye_arteries.png` to `eye.jpg`. The file has
    style and script in it: save it and open it as a file.
    """
    service = service_of(request)
    settings = service.settings
    with service.admit(request, max_bytes=settings.report_bytes) as body:
        photographs, maps = await read_photographs(request, body, most=settings.report_photographs, map_names=MAPS)
        arguments = (photographs, maps, options)
        content = await service.call(request, worker_tasks.report, *arguments, photographs=len(photographs))
    headers = {"Content-Disposition": 'attachment; filename="report.html"'}
    return Response(content, media_type="text/html", headers=headers)


@router.get(
    "/v1/models",
    tags=["service"],
    summary="The models, with their cards",
    response_model=list[Card],
    responses=documented(),
)
async def models(request: Request) -> list[Card]:
    """What each model was trained on, its licence, its scores, and its limits."""
    return [card for _, card in service_of(request).models.values()]


@router.get(
    "/metrics",
    tags=["service"],
    summary="Counters for Prometheus",
    response_class=Response,
    responses={200: {"description": "Text.", "content": {"text/plain": {}}}, **documented()},
)
async def metrics(request: Request) -> Response:
    """Requests, seconds, queue, processes and memory, in the text format of Prometheus."""
    return Response(service_of(request).metrics.text(), media_type=CONTENT_TYPE_LATEST)


@health_router.get("/healthz", summary="Whether the service answers")
async def healthz(request: Request) -> schemas.Health:
    """Answers at once, however busy the processes are, or within two seconds where one hangs. Needs no token."""
    service = service_of(request)
    answering, ready = await service.answering(), service.pool.ready
    return schemas.Health(
        status="starting" if not ready else "ok" if answering >= ready else "degraded",
        version=__version__,
        processes=service.settings.processes,
        ready=ready,
        answering=answering,
        busy=service.busy,
        waiting=service.waiting,
    )


def choose_format(offered: Sequence[str], *, requested: str | None, accept: str) -> str:
    """The format that the parameter `format` or else the header Accept asks for; by default the first.

    Raises:
        Problem: 406, none of them is accepted.
    """
    if requested is not None:
        return requested
    names = {MEDIA_TYPES[name]: name for name in offered}
    try:
        best = mimeparse.best_match(list(reversed(names)), accept or "*/*")  # of equals, the last
    except mimeparse.MimeTypeParseException:
        best = ""
    if not best:
        raise Problem(406, "not-acceptable", f"the header Accept names none of the formats: {', '.join(names)}")
    return names[best]


async def _answer(
    request: Request,
    task: Callable[..., bytes],
    *arguments: Any,
    form: str = "json",
    maps: Sequence[str] = MAPS,
) -> Response:
    """What a task makes of the photograph of a request, and of its maps where there may be some."""
    service = service_of(request)
    with service.admit(request, max_bytes=service.settings.upload_bytes) as body:
        photograph, its = await read_photograph(request, body, map_names=maps)
        files = (photograph, its) if maps else (photograph,)
        content = await service.call(request, task, *files, *arguments)
    return Response(content, media_type=MEDIA_TYPES[form])
