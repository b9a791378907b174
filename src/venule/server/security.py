"""Who may send requests, and the headers of every answer."""

import asyncio
import hmac
import ipaddress
import time
from collections.abc import Callable, Iterable
from typing import Annotated
from urllib.parse import urlsplit

import anyio
from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from venule.server.problem_json import Problem

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), microphone=(), camera=(), interest-cohort=()",
    "Cache-Control": "no-store",
}
DISCARD_BYTES, DISCARD_SECONDS = 64 * 2**20, 10.0  # of a refused upload, which is read so that the answer is read
Observe = Callable[[Scope, int, float], None]

_bearer = HTTPBearer(scheme_name="token", auto_error=False, description="The value of VENULE_TOKEN.")


def check_token(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> None:
    """See that a request has the token of the service.

    Raises:
        Problem: 401.
    """
    token = request.app.state.service.settings.token
    if not credentials or not hmac.compare_digest(credentials.credentials.encode(), token.encode()):
        headers = {"WWW-Authenticate": 'Bearer realm="venule"'}
        raise Problem(401, "no-token", "send the token of the service: Authorization: Bearer TOKEN", headers=headers)


class Guard:
    """Refuses requests for other host names (DNS rebinding) or from other sites, and adds headers to every answer.

    Not Starlette's TrustedHostMiddleware, which refuses in plain text, without a reason code, and does not know that an
    IP address is always safe. `observe` is called with each request, the status of its answer and the seconds.
    """

    def __init__(self, app: ASGIApp, *, names: Iterable[str], observe: Observe) -> None:
        """Wrap the app."""
        self._app, self._observe = app, observe
        self._names = {"localhost", *(name.lower() for name in names)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(scope, receive, send, self._observe)
        app: ASGIApp = self._app
        try:
            self._check(Headers(scope=scope))
        except Problem as problem:
            app = problem.response()
        try:
            await app(scope, answer.receive, answer.send)
        except asyncio.CancelledError:
            stopping = Problem(503, "stopping", "the service is being stopped: try again later")
            await stopping.response()(scope, receive, send)

    def _check(self, headers: Headers) -> None:
        host, origin = headers.get("host", ""), headers.get("origin")
        if not self._is_known(host):
            raise Problem(
                421, "unknown-host", f"{host!r} is no name of this service: use its IP address, or start it with --name"
            )
        if headers.get("sec-fetch-site", "same-origin") == "cross-site" or (
            origin is not None and urlsplit(origin).netloc.lower() != host.lower()
        ):
            raise Problem(403, "cross-site", "the request comes from the page of another site")

    def _is_known(self, host: str) -> bool:
        try:
            name = (urlsplit(f"//{host}").hostname or "").lower()
            return name in self._names or bool(ipaddress.ip_address(name))
        except ValueError:
            return False


class _Answer:
    """Adds headers to one answer, and reads the rest of a refused upload: a client that sends does not read yet."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, observe: Observe) -> None:
        self._scope, self._receive, self._send, self._observe = scope, receive, send, observe
        self._start = time.perf_counter()
        self._complete = False  # the upload
        self._asked = False  # for any of it

    async def receive(self) -> Message:
        self._asked = True
        message = await self._receive()
        self._complete = message["type"] == "http.disconnect" or not message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            if message["status"] >= 400:
                await self._discard_upload()
            self._observe(self._scope, message["status"], time.perf_counter() - self._start)
        await self._send(message)

    async def _discard_upload(self) -> None:
        if not self._asked and Headers(scope=self._scope).get("expect", "").lower() == "100-continue":
            return
        left = DISCARD_BYTES
        with anyio.move_on_after(DISCARD_SECONDS):
            while not self._complete and left > 0:
                left -= len((await self.receive()).get("body", b""))
