"""The service as a process that listens."""

import logging
import sys

import uvicorn

from venule.errors import VenuleError
from venule.server.app import make_app
from venule.server.settings import Settings

CONNECTIONS = 500  # open at a time; beyond, uvicorn itself says 503


def serve(settings: Settings) -> None:
    """Listen until Ctrl-C or SIGTERM.

    Raises:
        ModelError: a model cannot be read.
        VenuleError: the address cannot be listened on.
    """
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="venule: %(message)s")
    config = uvicorn.Config(
        make_app(settings),
        host=settings.host,
        port=settings.port,
        log_level="warning",
        access_log=False,  # addresses and times of patients' photographs are nobody's business
        proxy_headers=False,  # or anybody could say to be somebody else
        server_header=False,
        limit_concurrency=CONNECTIONS,
        timeout_keep_alive=20,
        timeout_graceful_shutdown=5,
    )
    try:
        listening = config.bind_socket()
    except SystemExit:  # uvicorn has said why
        raise VenuleError(
            f"cannot listen on {settings.host} port {settings.port}: choose another with --port", reason="bad-address"
        ) from None
    port = listening.getsockname()[1]
    shown = f"[{settings.host}]" if ":" in settings.host else settings.host
    print(f"http://{shown}:{port}/{'#token=...' if settings.token else ''}", flush=True)
    print("the page and the service of venule; Ctrl-C ends it", file=sys.stderr, flush=True)
    uvicorn.Server(config).run(sockets=[listening])
