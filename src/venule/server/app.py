"""The service as an ASGI app."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files
from typing import Any

from fastapi import FastAPI
from fastapi.responses import FileResponse
from starlette.staticfiles import StaticFiles

from venule import __version__
from venule.server import about, photographs, problems
from venule.server.guard import Guard
from venule.server.service import Service
from venule.server.settings import Settings, is_loopback

DESCRIPTION = """Finds the blood vessels in photographs of the retina and measures them, on this machine.

No photograph leaves it, and none is kept.
Errors are problem bodies (RFC 9457) with a `code` that stays the same between versions, and a `detail` for people.
Not a medical device."""


def make_app(settings: Settings | None = None) -> FastAPI:
    """The service as an ASGI app, for uvicorn or any other server.

    Args:
        settings: how it runs; None: for this machine alone.

    Raises:
        ModelError: a model cannot be read.
    """
    settings = settings or Settings()
    service = Service(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with service.running():
            yield

    app = FastAPI(
        title="venule",
        version=__version__,
        summary="The blood vessels in photographs of the retina.",
        description=DESCRIPTION,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        docs_url=None,  # both would load their scripts from elsewhere
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.service = service
    problems.install(app)
    for router in (photographs.router, about.router):
        app.include_router(router)
    names = [*settings.names, *([] if is_loopback(settings.host) else [settings.host])]
    app.add_middleware(Guard, names=names, token=settings.token, rate=service.rate, observe=service.metrics.observe)
    if settings.token:
        _describe_token(app)
    page = str(files("venule.server") / "page")
    app.mount("/page", StaticFiles(directory=page))

    @app.get("/", include_in_schema=False)
    async def index() -> FileResponse:
        return FileResponse(f"{page}/index.html")

    return app


def _describe_token(app: FastAPI) -> None:
    plain = app.openapi

    def described() -> dict[str, Any]:
        schema = plain()
        schema.setdefault("components", {})["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        for path, routes in schema["paths"].items():
            for route in routes.values():
                route["security"] = [] if path == "/healthz" else [{"token": []}]
        return schema

    app.openapi = described  # type: ignore[method-assign]
