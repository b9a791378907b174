"""Routes about the service itself: models, health, metrics."""

from typing import Any

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST

from venule import __version__
from venule.server.problem_json import documented
from venule.server.schemas import Health, ModelCard
from venule.server.service import service_of

router = APIRouter(tags=["service"])
health_router = APIRouter(tags=["service"])


@router.get(
    "/v1/models", summary="The models, with their cards", response_model=list[ModelCard], responses=documented()
)
async def models(request: Request) -> list[dict[str, Any]]:
    """What each model was trained on, its licence, its scores, and its limits."""
    known = service_of(request).models
    return [{**card.model_dump(mode="json"), "name": name} for name, (_, card) in known.items()]


@router.get(
    "/metrics",
    summary="Counters for Prometheus",
    response_class=Response,
    responses={
        200: {"description": "Text.", "content": {"text/plain": {"schema": {"type": "string"}}}},
        **documented(),
    },
)
async def metrics(request: Request) -> Response:
    """Requests, seconds, queue, processes and memory, in the text format of Prometheus."""
    return Response(service_of(request).metrics.text(), media_type=CONTENT_TYPE_LATEST)


@health_router.get("/healthz", summary="Whether the service answers")
async def healthz(request: Request) -> Health:
    """Answers at once, however busy the processes are. Needs no token."""
    service = service_of(request)
    ready = service.pool.ready
    return Health(
        status="ok" if ready else "starting",
        version=__version__,
        processes=service.settings.processes,
        ready=ready,
        busy=service.busy,
        waiting=service.waiting,
    )
