"""Routes that take photographs and answer with what was found in them."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response

from venule.server import schemas, tasks
from venule.server.formats import MEDIA_TYPES, choose_format
from venule.server.names import match_maps
from venule.server.options import AskedFor, AskedToFind
from venule.server.problems import documented
from venule.server.seen import Seen, mark_of
from venule.server.service import Service, service_of
from venule.server.tasks import Asked
from venule.server.upload import Holding, read_many, read_one
from venule.workflows.analyse import MemoryFile
from venule.workflows.report import ReportedPhotograph

router = APIRouter(prefix="/v1", tags=["photographs"])
PROBLEMS = documented(406, 408, 413, 415, 422, 429, 503)
MAPS = ("arteries", "veins")
Picture = Annotated[
    Literal["vessels", "probability", "overlay", "fov"],
    Query(
        description="Which picture, where the answer is PNG: `vessels` and `fov` (field of view), 0 and 255; "
        "`probability`, 0 to 255; `overlay`, the photograph with its vessels in light blue."
    ),
]
FORMAT = Query(alias="format", description="In place of the header Accept.")


@router.post(
    "/segment",
    summary="Find the vessels of a photograph",
    response_class=Response,
    responses={200: schemas.answer(schemas.SEGMENTED, "png", "json", "parquet", "dicom-seg"), **PROBLEMS},
    openapi_extra=schemas.one_photograph(),
)
async def segment(
    request: Request,
    asked: AskedToFind,
    picture: Picture = "vessels",
    wanted: Annotated[Literal["png", "json", "parquet", "dicom-seg"] | None, FORMAT] = None,
) -> Response:
    """The vessels, at the size of the photograph (turned upright, as its EXIF says).

    As PNG a picture; as JSON the vessels as the run lengths of COCO (`pycocotools` reads them) with what is known of
    the photograph; as Parquet one row, with the vessels as PNG in `vessels_png`; of a DICOM photograph, `dicom-seg`: a
    DICOM Segmentation of its patient and study.
    """
    offered = ["png", "json", "parquet", "dicom-seg"]
    form = choose_format(offered, asked=wanted, accept=request.headers.get("accept", ""))
    service = service_of(request)
    with service.pool.place(), service.held.holding() as holding:
        given = (await _read(request, service, holding))["photograph"]
        work = service.pool.do(tasks.segment, given, asked, picture, form, seconds=service.settings.limits.seconds)
        content = await service.work(request, "segment", work)
    return Response(content, media_type=MEDIA_TYPES[form])


@router.post(
    "/measure",
    summary="Measure the vessels of a photograph",
    response_class=Response,
    responses={200: schemas.answer(schemas.MEASURED, "json", "csv", "parquet", "png", "dicom-sr"), **PROBLEMS},
    openapi_extra=schemas.one_photograph(*MAPS),
)
async def measure(
    request: Request,
    asked: AskedFor,
    picture: Picture = "overlay",
    graph: Annotated[bool, Query(description="With the centrelines of the vessels, in JSON.")] = False,
    wanted: Annotated[Literal["json", "csv", "parquet", "png", "dicom-sr"] | None, FORMAT] = None,
) -> Response:
    """More than forty measurements, many of them by region, each with its 95 % interval (`_lower`, `_upper`).

    A measurement that cannot be made is null, and `reasons` says why. Lengths are pixels, and micrometres or degrees
    where one of `um_per_pixel`, `field` and `disc_um` is given, or where a DICOM photograph says its scale. Maps of
    arteries and veins, as further parts of a form, give CRAE, CRVE and AVR. As PNG the picture of what was measured;
    of a DICOM photograph, `dicom-sr`: a DICOM structured report of its patient and study.
    """
    offered = ["json", "csv", "parquet", "png", "dicom-sr"]
    form = choose_format(offered, asked=wanted, accept=request.headers.get("accept", ""))
    service = service_of(request)
    with service.pool.place(), service.held.holding() as holding:
        parts = await _read(request, service, holding, *MAPS)
        arguments = (parts["photograph"], asked, _maps(parts), picture, form, graph)
        work = service.pool.do(tasks.measure, *arguments, seconds=service.settings.limits.seconds)
        content = await service.work(request, "measure", work)
    return Response(content, media_type=MEDIA_TYPES[form])


@router.post(
    "/look",
    summary="Everything that the page shows of a photograph",
    response_class=Response,
    responses={200: schemas.answer(schemas.LOOKED_AT, "json"), **PROBLEMS},
    openapi_extra=schemas.one_photograph(*MAPS),
)
async def look(request: Request, asked: AskedFor) -> Response:
    """Pictures in base64, centrelines, and measurements with their intervals and reasons, in one answer.

    For the page of this service, and may change with it; programs are better off with `/v1/segment` and `/v1/measure`.
    """
    service = service_of(request)
    with service.pool.place(), service.held.holding() as holding:
        parts = await _read(request, service, holding, *MAPS)
        photograph, maps = parts["photograph"], _maps(parts)
        work = service.pool.do(tasks.show, photograph, asked, maps, seconds=service.settings.limits.seconds)
        content, result = await service.work(request, "look", work)
        service.seen.add(await asyncio.to_thread(mark_of, photograph, maps, asked), result)
    return Response(content, media_type="application/json")


@router.post(
    "/report",
    summary="The report of some photographs",
    response_class=Response,
    responses={200: {"description": "One HTML file that needs no network.", "content": {"text/html": {}}}, **PROBLEMS},
    openapi_extra=schemas.many_photographs(*MAPS),
)
async def report(request: Request, asked: AskedFor) -> Response:
    """One HTML file with pictures and measurements of each photograph, beside one another.

    Maps of arteries and veins go with the photograph that they are called after: `eye_arteries.png` with `eye.jpg`.
    It has style and script in it: save it and open it as a file.
    """
    service = service_of(request)
    limits = service.settings.limits
    with service.pool.place(), service.held.holding() as holding:
        parts = await read_many(
            request,
            holding,
            most=limits.report_bytes,
            files=limits.report_photographs,
            silence=limits.silence,
            also=MAPS,
        )
        maps = match_maps(parts["photographs"], {kind: parts[kind] for kind in MAPS})
        given = await asyncio.to_thread(_recall, service.seen, parts["photographs"], maps, asked)
        seconds = limits.seconds * len(given)
        work = service.pool.do(tasks.report, given, asked, seconds=seconds)
        content = await service.work(request, "report", work)
    headers = {"Content-Disposition": 'attachment; filename="report.html"'}
    return Response(content, media_type="text/html", headers=headers)


async def _read(request: Request, service: Service, holding: Holding, *also: str) -> Mapping[str, MemoryFile]:
    limits = service.settings.limits
    return await read_one(request, holding, most=limits.upload_bytes, silence=limits.silence, also=also)


def _recall(
    seen: Seen, photographs: Sequence[MemoryFile], maps: Sequence[Mapping[str, MemoryFile]], asked: Asked
) -> list[ReportedPhotograph]:
    """Photographs for a report, with what was seen in them lately."""
    return [
        ReportedPhotograph(one, its, seen.get(mark_of(one, its, asked)))
        for one, its in zip(photographs, maps, strict=True)
    ]


def _maps(parts: Mapping[str, MemoryFile]) -> dict[str, Any]:
    return {name: parts[name] for name in MAPS if name in parts}
