"""The service: a page and a REST interface. It calls the workflows, and holds no logic of its own."""

from venule.server.app import make_app, serve
from venule.server.settings import Settings

__all__ = ["Settings", "make_app", "serve"]
