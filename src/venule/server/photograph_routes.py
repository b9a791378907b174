"""Routes that take photographs and answer with what was found in them."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from venule.server import schemas, worker_tasks
from venule.server.media_types import MEDIA_TYPES, choose_format
from venule.server.parameters import MeasureOptions, SegmentOptions
from venule.server.problem_json import documented
from venule.server.service import service_of
from venule.server.uploads import read_photograph, read_photographs

router = APIRouter(prefix="/v1", tags=["photographs"])
PROBLEMS = documented(406, 408, 413, 415, 422, 500, 503, 504)
MAPS = ("arteries", "veins")
SEGMENT_FORMATS = ("png", "json", "parquet", "dicom-seg")
MEASURE_FORMATS = ("json", "csv", "parquet", "png", "dicom-sr")
Picture = Annotated[
    Literal["vessels", "probability", "overlay", "fov"],
    Query(
        description="The picture, where the answer is PNG: `vessels` and `fov` (field of view), 0 and 255; "
        "`probability`, 0 to 255; `overlay`, the photograph with its vessels in light blue."
    ),
]
FORMAT = Query(alias="format", description="Instead of the header Accept.")


@router.post(
    "/segment",
    summary="Find the vessels of a photograph",
    response_class=Response,
    responses={200: schemas.answer(schemas.Segmented, *SEGMENT_FORMATS), **PROBLEMS},
    openapi_extra=schemas.photograph_body(),
)
async def segment(
    request: Request,
    options: SegmentOptions,
    picture: Picture = "vessels",
    wanted: Annotated[Literal["png", "json", "parquet", "dicom-seg"] | None, FORMAT] = None,
) -> Response:
    """The vessels, at the size of the photograph (turned upright, as its EXIF says).

    PNG: a picture. JSON: the vessels as run lengths of COCO (`pycocotools` reads them), with model, threshold and size.
    Parquet: one row, with the vessels as PNG in `vessels_png`. `dicom-seg`, for a DICOM photograph: a DICOM
    Segmentation of the same patient and study.
    """
    form = choose_format(SEGMENT_FORMATS, requested=wanted, accept=request.headers.get("accept", ""))
    service = service_of(request)
    with service.admit(request, max_bytes=service.limits.upload_bytes) as body:
        photograph, _ = await read_photograph(request, body, map_names=())
        arguments = (photograph, options, picture, form)
        content = await service.call(request, worker_tasks.segment, *arguments, label="segment")
    return Response(content, media_type=MEDIA_TYPES[form])


@router.post(
    "/measure",
    summary="Measure the vessels of a photograph",
    response_class=Response,
    responses={200: schemas.answer(schemas.Measurements, *MEASURE_FORMATS), **PROBLEMS},
    openapi_extra=schemas.photograph_body(*MAPS),
)
async def measure(
    request: Request,
    options: MeasureOptions,
    picture: Picture = "overlay",
    graph: Annotated[bool, Query(description="Add the centrelines of the vessels, in JSON.")] = False,
    wanted: Annotated[Literal["json", "csv", "parquet", "png", "dicom-sr"] | None, FORMAT] = None,
) -> Response:
    """More than forty measurements, many of them by region, each with its 95 % interval (`_lower`, `_upper`).

    A measurement that is not possible is null, and `reasons` says why. Lengths are in pixels, and in micrometres or
    degrees where one of `um_per_pixel`, `field` and `disc_um` is given or a DICOM photograph has a scale. Maps of
    arteries and veins, as further parts of a form, add CRAE, CRVE and AVR. PNG: a picture of what was measured.
    `dicom-sr`, for a DICOM photograph: a DICOM structured report of the same patient and study.
    """
    form = choose_format(MEASURE_FORMATS, requested=wanted, accept=request.headers.get("accept", ""))
    service = service_of(request)
    with service.admit(request, max_bytes=service.limits.upload_bytes) as body:
        photograph, maps = await read_photograph(request, body, map_names=MAPS)
        arguments = (photograph, options, maps, picture, form, graph)
        content = await service.call(request, worker_tasks.measure, *arguments, label="measure")
    return Response(content, media_type=MEDIA_TYPES[form])


@router.post(
    "/look",
    summary="Everything that the page shows of a photograph",
    response_class=Response,
    responses={200: schemas.answer(schemas.Look, "json"), **PROBLEMS},
    openapi_extra=schemas.photograph_body(*MAPS),
)
async def look(request: Request, options: MeasureOptions) -> Response:
    """Pictures in base64, centrelines, and measurements with their intervals and reasons, in one answer.

    It may change with the page. Programs should use `/v1/segment` and `/v1/measure`.
    """
    service = service_of(request)
    with service.admit(request, max_bytes=service.limits.upload_bytes) as body:
        photograph, maps = await read_photograph(request, body, map_names=MAPS)
        content = await service.call(request, worker_tasks.look, photograph, options, maps, label="look")
    return Response(content, media_type="application/json")


@router.post(
    "/report",
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
    limits = service.limits
    with service.admit(request, max_bytes=limits.report_bytes) as body:
        photographs, maps = await read_photographs(request, body, most=limits.report_photographs, map_names=MAPS)
        arguments = (photographs, options, maps)
        number = len(photographs)
        content = await service.call(request, worker_tasks.report, *arguments, label="report", photographs=number)
    headers = {"Content-Disposition": 'attachment; filename="report.html"'}
    return Response(content, media_type="text/html", headers=headers)
