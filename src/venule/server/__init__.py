"""The service: a page and REST, on one's own machine. Holds no logic of vessels."""

from venule.server.app import make_app
from venule.server.run import serve
from venule.server.settings import Limits, Settings

__all__ = ["Limits", "Settings", "make_app", "serve"]
