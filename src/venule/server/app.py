"""The service as an ASGI app, and the process that serves it."""

import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from importlib.resources import files
from typing import Any

import uvicorn
from fastapi import Depends, FastAPI
from fastapi.responses import FileResponse
from starlette.staticfiles import StaticFiles

from venule import __version__
from venule.errors import VenuleError
from venule.report.labels import page_labels
from venule.server import problem_json, routes
from venule.server.security import Guard, check_token
from venule.server.service import Service
from venule.server.settings import Settings

CONNECTIONS = 500  # open at a time; beyond, uvicorn itself answers 503
DESCRIPTION = """Finds the blood vessels in photographs of the retina and measures them, on this machine.

No photograph leaves it, and none is stored. Errors are problem+json (RFC 9457) with a `code` that is the same in every
version, and a `detail` for people. Not a medical device."""


def make_app(settings: Settings | None = None) -> FastAPI:
    """The service as an ASGI app, for uvicorn or any other server; without settings for this machine alone.

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
    problem_json.install(app)
    protected = [Depends(check_token)] if settings.token else []
    app.include_router(routes.router, dependencies=protected)
    app.include_router(routes.health_router)
    names = [*settings.names, *([] if settings.is_local else [settings.host])]
    app.add_middleware(Guard, names=names, observe=service.metrics.observe)
    page = str(files("venule.server") / "page")

    @app.get("/page/labels.json", include_in_schema=False)
    async def labels() -> dict[str, Any]:
        return page_labels()

    app.mount("/page", StaticFiles(directory=page))

    @app.get("/", include_in_schema=False)
    async def index() -> FileResponse:
        return FileResponse(f"{page}/index.html")

    return app


def serve(settings: Settings) -> None:
    """Serve until Ctrl-C or SIGTERM.

    Raises:
        ModelError: a model cannot be read.
        VenuleError: the port is in use, or the address is not one of this machine.
    """
    with suppress(ImportError):  # Windows has no such limit
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a process that crashes must leave no photograph on disk
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="venule: %(message)s")
    config = uvicorn.Config(
        make_app(settings),
        host=settings.host,
        port=settings.port,
        log_level="warning",
        access_log=False,  # who sends photographs of patients, and when, is private
        proxy_headers=False,  # clients could name any address as theirs
        server_header=False,
        limit_concurrency=CONNECTIONS,
        timeout_keep_alive=20,
        timeout_graceful_shutdown=5,
    )
    logging.getLogger("uvicorn.error").disabled = True  # it would print the error of Python
    try:
        listening = config.bind_socket()
    except SystemExit:
        raise VenuleError(
            f"cannot listen on {settings.host} port {settings.port}: choose another with --host or --port",
            reason="bad-address",
        ) from None
    finally:
        logging.getLogger("uvicorn.error").disabled = False
    listening.listen()  # whoever reads the address may connect at once
    port = listening.getsockname()[1]
    shown = f"[{settings.host}]" if ":" in settings.host else settings.host
    print(f"http://{shown}:{port}/{'#token=...' if settings.token else ''}", flush=True)
    print("venule is running; press Ctrl-C to stop it", file=sys.stderr, flush=True)
    uvicorn.Server(config).run(sockets=[listening])
