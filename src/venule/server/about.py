"""Routes that say what the service is and how it is."""

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST

from venule import __version__
from venule.server.problems import documented
from venule.server.service import service_of

router = APIRouter(tags=["service"])
_SHOWN = {"name", "summary", "licence", "data", "parameters", "threshold", "threshold_from", "working_diameter",
          "scores", "limits", "sha256"}  # fmt: skip
_MODEL = {
    "type": "object",
    "required": sorted(_SHOWN),
    "properties": {
        "name": {"type": "string"}, "summary": {"type": "string"}, "licence": {"type": "string"},
        "data": {"type": "array", "items": {"type": "string"}, "description": "What it was trained on."},
        "threshold": {"type": "number", "description": "Its own, frozen."}, "sha256": {"type": "string"},
        "scores": {"type": "array", "description": "On photographs it never saw."},
        "limits": {"type": "array", "items": {"type": "string"}},
    },
}  # fmt: skip
_HEALTH = {
    "type": "object",
    "required": ["status", "version", "processes", "ready", "busy", "waiting"],
    "properties": {
        "status": {"type": "string", "enum": ["ok", "starting"]},
        "version": {"type": "string"},
        "processes": {"type": "integer"},
        "ready": {"type": "integer", "description": "Processes that have loaded what they need."},
        "busy": {"type": "integer"},
        "waiting": {"type": "integer"},
    },
}


def _json(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


@router.get(
    "/v1/models",
    summary="The models, with their cards",
    response_class=JSONResponse,
    responses={
        200: _json("By name.", {"type": "array", "items": _MODEL}),
        **documented(),
    },
)
async def models(request: Request) -> Response:
    """What each is, what it was trained on, under which licence, how good it is, and what it is not good at."""
    known = service_of(request).models
    return JSONResponse([
        {**card.model_dump(mode="json", include=_SHOWN), "name": name} for name, (_, card) in known.items()
    ])  # fmt: skip


@router.get(
    "/healthz",
    summary="Whether the service answers",
    response_class=JSONResponse,
    responses={200: _json("It does; `starting` until the first process is ready.", _HEALTH)},
)
async def healthz(request: Request) -> Response:
    """At once, whatever the processes do. Needs no token, and tells nothing of photographs."""
    pool = service_of(request).pool
    return JSONResponse({
        "status": "ok" if pool.ready else "starting",
        "version": __version__,
        "processes": pool.processes,
        "ready": pool.ready,
        "busy": pool.busy,
        "waiting": pool.waiting,
    })  # fmt: skip


@router.get(
    "/metrics",
    summary="Counters for Prometheus",
    response_class=Response,
    responses={
        200: {"description": "In its text format.", "content": {"text/plain": {"schema": {"type": "string"}}}},
        **documented(),
    },
)
async def metrics(request: Request) -> Response:
    """Requests, seconds, queue, processes, memory."""
    return Response(service_of(request).metrics.text(), media_type=CONTENT_TYPE_LATEST)
