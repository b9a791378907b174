"""Routes of batch jobs."""

import asyncio
import io
import json
import zipfile
from collections.abc import Iterator
from typing import Annotated, Any, Literal

import pandas as pd
from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

from venule.server import schemas
from venule.server.formats import MEDIA_TYPES, choose_format
from venule.server.jobs import Job
from venule.server.options import AskedFor
from venule.server.problems import documented
from venule.server.service import service_of
from venule.server.upload import spooled

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])
Identity = Annotated[str, Path(description="Of the job.", pattern="^[0-9a-f]{24}$")]
JSON = MEDIA_TYPES["json"]
PIECE = 2**18
Formats = Literal["json", "csv", "parquet"]


@router.post(
    "",
    status_code=202,
    summary="Have many photographs worked on",
    response_class=JSONResponse,
    responses={
        202: {
            "description": "It waits or runs; Location says where to ask.",
            "content": {JSON: {"schema": schemas.JOB}},
        },
        **documented(408, 413, 415, 422, 429, 503),
    },
    openapi_extra=schemas.many_photographs(),
)
async def create(
    request: Request,
    asked: AskedFor,
    work: Annotated[Literal["segment", "measure"], Query(description="What is done to each photograph.")] = "measure",
) -> Response:
    """Photographs are uploaded in one form, and worked on one after the other, behind those of single requests.

    Results can be asked for while it runs. They are kept until the job is deleted, for a day, or until the service
    ends; a service that was started with `--keep` keeps them on, and goes on with its jobs when it is started again.
    """
    service = service_of(request)
    limits = service.settings.limits
    service.jobs.check_room()
    finding = asked.finding
    options = {
        "finding": {"model": finding.model, "threshold": finding.threshold, "flips": finding.flips},
        "scale": vars(asked.scale),
    }
    most, files = limits.job_bytes, limits.job_photographs
    async with spooled(request, most=most, files=files, silence=limits.silence) as given:
        job = await asyncio.to_thread(service.jobs.add, work, options, given)
    service.jobs.begin(job)
    return JSONResponse(job.describe(), 202, headers={"Location": f"/v1/jobs/{job.id}"})


@router.get(
    "",
    summary="All jobs",
    response_class=JSONResponse,
    responses={
        200: {
            "description": "The latest first.",
            "content": {JSON: {"schema": {"type": "array", "items": schemas.JOB}}},
        },
        **documented(),
    },
)
async def list_jobs(request: Request) -> Response:
    """How far each job is."""
    jobs = service_of(request).jobs.all()
    return JSONResponse(await asyncio.to_thread(lambda: [job.describe() for job in jobs]))


@router.get(
    "/{identity}",
    summary="One job",
    response_class=JSONResponse,
    responses={
        200: {"description": "How far it is.", "content": {JSON: {"schema": schemas.JOB}}},
        **documented(404, 422),
    },
)
async def show(request: Request, identity: Identity) -> Response:
    """How far a job is."""
    job = service_of(request).jobs.get(identity)
    return JSONResponse(await asyncio.to_thread(job.describe))


@router.delete(
    "/{identity}",
    summary="Cancel or delete a job",
    response_class=Response,
    responses={
        202: {
            "description": "It is cancelled: what is under way is finished, and results so far are kept.",
            "content": {JSON: {"schema": schemas.JOB}},
        },
        204: {"description": "It had ended, and is deleted with its results."},
        **documented(404, 422),
    },
)
async def delete(request: Request, identity: Identity) -> Response:
    """Cancel a job that waits or runs; delete one that has ended."""
    jobs = service_of(request).jobs
    job = jobs.get(identity)
    if jobs.delete(job):
        return Response(status_code=204)
    return JSONResponse(await asyncio.to_thread(job.describe), 202)


@router.get(
    "/{identity}/results",
    summary="The rows of a job",
    response_class=Response,
    responses={200: schemas.answer(schemas.ROWS, "json", "csv", "parquet"), **documented(404, 406, 422)},
)
async def results(
    request: Request,
    identity: Identity,
    wanted: Annotated[Formats | None, Query(alias="format", description="In place of the header Accept.")] = None,
) -> Response:
    """A row a photograph that is finished, with the reason and a message where it failed."""
    form = choose_format(["json", "csv", "parquet"], asked=wanted, accept=request.headers.get("accept", ""))
    job = service_of(request).jobs.get(identity)
    content = await asyncio.to_thread(lambda: _encode(list(job.rows()), form))
    return Response(content, media_type=MEDIA_TYPES[form])


@router.get(
    "/{identity}/files",
    summary="The files of a job",
    response_class=StreamingResponse,
    responses={
        200: {"description": "A zip archive.", "content": {"application/zip": {"schema": {"type": "string"}}}},
        **documented(404, 422),
    },
)
async def files(request: Request, identity: Identity) -> Response:
    """Vessel maps, and graphs and tables of segments where they were measured, of what is finished, in one archive."""
    job = service_of(request).jobs.get(identity)
    headers = {"Content-Disposition": f'attachment; filename="venule-{job.id}.zip"'}
    return StreamingResponse(_zip(job), media_type="application/zip", headers=headers)


def _encode(rows: list[dict[str, Any]], form: str) -> bytes:
    if form == "json":
        return json.dumps(rows).encode()
    table = pd.DataFrame(rows) if rows else pd.DataFrame(columns=["name", "status", "reason", "message"])
    if form == "csv":
        return table.to_csv(index=False).encode("utf-8", "replace")
    file = io.BytesIO()
    table.to_parquet(file, index=False)
    return file.getvalue()


def _zip(job: Job) -> Iterator[bytes]:
    """The archive, piece by piece: never whole in memory."""
    file = _Pieces()
    with zipfile.ZipFile(file, "w") as archive:  # type: ignore[call-overload]
        for path in job.files():
            archive.writestr(path.relative_to(job.output).as_posix(), path.read_bytes())
            yield from file.taken()
        archive.writestr("results.csv", _encode(list(job.rows()), "csv"), zipfile.ZIP_DEFLATED)
    yield from file.taken()


class _Pieces:
    """A file that is only written to, whose content is taken away as it comes."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._size = 0

    def write(self, content: bytes) -> int:
        self._pieces.append(bytes(content))
        self._size += len(content)
        return len(content)

    def tell(self) -> int:
        return self._size

    def flush(self) -> None:
        pass

    def taken(self) -> Iterator[bytes]:
        pieces, self._pieces = self._pieces, []
        yield b"".join(pieces)
