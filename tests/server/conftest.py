"""A running service, and phantoms to send to it."""

import io
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("fastapi", reason="needs the extra [serve]")
httpx = pytest.importorskip("httpx", reason="needs the extra [dev]")


@contextmanager
def running(settings) -> Iterator[str]:
    """A service that listens, by its address."""
    import uvicorn

    from venule.server import make_app

    config = uvicorn.Config(make_app(settings), host="127.0.0.1", port=0, log_level="error")
    server, listening = uvicorn.Server(config), config.bind_socket()
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the service did not start"
            time.sleep(0.05)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(30)


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """Of a service with one process, in which everything is tried."""
    from venule.server import Settings

    with running(Settings(processes=1)) as found:
        yield found


@pytest.fixture(scope="session")
def client(address) -> Iterator["httpx.Client"]:
    """Of that service."""
    with httpx.Client(base_url=address, timeout=120) as made:
        yield made


@pytest.fixture(scope="session")
def phantom():
    """A small phantom."""
    from venule.datasets.phantoms import make_phantom

    return make_phantom(3, size=600)  # smaller ones have vessels too thin to be measured


@pytest.fixture(scope="session")
def photograph(phantom) -> bytes:
    """The file of its photograph: PNG, so that nothing is lost."""
    return png(phantom.image)


def png(pixels: np.ndarray) -> bytes:
    """A file of pixels."""
    if pixels.dtype == bool:
        pixels = pixels.astype(np.uint8) * 255
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def pixels_of(content: bytes) -> np.ndarray:
    """The pixels of a file."""
    return np.asarray(Image.open(io.BytesIO(content)))


@pytest.fixture(scope="session")
def as_png():
    """Makes the file of pixels."""
    return png


@pytest.fixture(scope="session")
def as_pixels():
    """Makes pixels of a file."""
    return pixels_of


@pytest.fixture(scope="session")
def start():
    """Runs a service of other settings."""
    return running
