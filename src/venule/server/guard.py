"""Who may ask, and the headers of every answer: looked at before anything else."""

import hmac
import ipaddress
import time
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

import anyio
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from venule.server.problems import Problem
from venule.server.rate import Rate

OPEN = ("/healthz",)  # without a token, besides the page, which holds nothing of anybody
SAFE = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), microphone=(), camera=(), interest-cohort=()",
}
DRAINED = 64 * 2**20  # bytes of a refused upload that are taken, and thrown away, so that the refusal is read
DRAINING = 10.0  # seconds
Observe = Callable[[Scope, int, float], None]


class Guard:
    """Refuses what must not come in: other names (DNS rebinding), other sites' pages, no token, too many requests.

    Args:
        app: that is guarded.
        names: that the service may be called by, besides addresses and localhost.
        token: that requests must bring; "": none need.
        rate: of requests that bring photographs.
        observe: is told of each answer: the request, its status, and the seconds it took.
    """

    def __init__(self, app: ASGIApp, *, names: Iterable[str], token: str, rate: Rate, observe: Observe) -> None:
        """Guard the app."""
        self._app, self._token, self._rate, self._observe = app, token, rate, observe
        self._names = {"localhost", *(name.lower() for name in names)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(scope, receive, send, self._observe)
        try:
            self._check(scope, Headers(scope=scope))
        except Problem as problem:
            await problem.response()(scope, answer.receive, answer.send)
            return
        await self._app(scope, answer.receive, answer.send)

    def _check(self, scope: Scope, headers: Headers) -> None:
        host = headers.get("host", "")
        if not self._is_ours(host):
            raise Problem(
                421,
                "unknown-host",
                f"this service does not go by the name {host!r}: ask it by its address, or start it with --name",
            )
        origin = headers.get("origin")
        if headers.get("sec-fetch-site", "same-origin") == "cross-site" or (
            origin is not None and urlsplit(origin).netloc.lower() != host.lower()
        ):
            raise Problem(403, "cross-site", "the request comes from the page of another site, which may not ask")
        path = scope["path"]
        if self._token and (path.startswith("/v1/") or path == "/metrics"):
            self._check_token(headers)
        if scope["method"] == "POST":
            client = scope.get("client")
            wait = self._rate.wait_for(client[0] if client else "")
            if wait:
                raise Problem(
                    429,
                    "too-many-requests",
                    f"too many requests from this address: come back in {wait:.0f} s",
                    headers={"Retry-After": str(1 + int(wait))},
                )

    def _is_ours(self, host: str) -> bool:
        """Whether it is a name of ours, or an address: no name of somebody else can be made to point to those."""
        try:
            name = (urlsplit(f"//{host}").hostname or "").lower()
        except ValueError:
            return False
        if name in self._names:
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True

    def _check_token(self, headers: Headers) -> None:
        kind, _, given = headers.get("authorization", "").partition(" ")
        same = hmac.compare_digest(given.strip().encode("utf-8", "replace"), self._token.encode())
        if kind.lower() != "bearer" or not same:
            raise Problem(
                401,
                "no-token",
                "send the service's token as: Authorization: Bearer TOKEN",
                headers={"WWW-Authenticate": 'Bearer realm="venule"'},
            )


class _Answer:
    """One answer: safe headers are added, its status noted, and of a refused upload the rest is taken first."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, observe: Observe) -> None:
        self._scope, self._receive, self._send, self._observe = scope, receive, send, observe
        self._began = time.perf_counter()
        self._whole = False  # whether the upload has come to its end
        self._asked = False  # whether anything of it was asked for

    async def receive(self) -> Message:
        self._asked = True
        message = await self._receive()
        self._whole = message["type"] == "http.disconnect" or not message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in SAFE.items():
                headers.setdefault(name, value)
            headers.setdefault("Cache-Control", "no-store")
            if message["status"] >= 400:
                await self._drain()
            self._observe(self._scope, message["status"], time.perf_counter() - self._began)
        await self._send(message)

    async def _drain(self) -> None:
        """Take the rest of the upload: a client that is still sending would not read the answer."""
        if not self._asked and Headers(scope=self._scope).get("expect", "").lower() == "100-continue":
            return
        left = DRAINED
        with anyio.move_on_after(DRAINING):
            while not self._whole and left > 0:
                left -= len((await self.receive()).get("body", b""))
