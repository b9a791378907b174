"""What goes wrong, as RFC 9457 problem bodies that a person can read."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

from venule.errors import VenuleError

MEDIA_TYPE = "application/problem+json"
# Reason codes of venule's errors, and the status that says the same; of all others it is 422.
STATUS = {
    "not-an-image": 415, "unsupported-mode": 415, "missing-extra": 415,  # of DICOM, which is then not read
    "too-large": 413, "file-too-large": 413,
    "timed-out": 503, "crashed": 503, "out-of-memory": 503, "bad-output": 503,
    "unexpected-error": 500,
}  # fmt: skip


class Problem(Exception):  # noqa: N818 - as RFC 9457 calls it
    """Something that the client is told in place of a result.

    Attributes:
        status: of HTTP.
        code: in kebab-case, the same in every version.
        detail: what is wrong, with which value, and what to do.
        headers: of the answer.
    """

    def __init__(self, status: int, code: str, detail: str, *, headers: Mapping[str, str] | None = None) -> None:
        """Keep what is to be said."""
        super().__init__(detail)
        self.status, self.code, self.detail, self.headers = status, code, detail, dict(headers or {})

    @classmethod
    def of(cls, error: VenuleError) -> "Problem":
        """The problem that an error of venule is to a client."""
        status = STATUS.get(error.reason, 422)
        return cls(status, error.reason, str(error), headers={"Retry-After": "10"} if status == 503 else None)

    def response(self) -> Response:
        """The answer."""
        body: dict[str, Any] = {
            "type": f"urn:venule:problem:{self.code}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
        }
        return JSONResponse(body, self.status, self.headers, media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Answer every error of an app with a problem body."""

    async def problem(request: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)
        return error.response()

    async def venule(request: Request, error: Exception) -> Response:
        assert isinstance(error, VenuleError)
        return Problem.of(error).response()

    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        codes = {404: "not-found", 405: "method-not-allowed"}
        said = {404: f"there is no {request.url.path} here", 405: f"{request.method} is not possible here"}
        status = error.status_code
        detail = said.get(status, str(error.detail))
        headers = {"Allow": ", ".join(_methods(request))} if status == 405 else error.headers
        return Problem(status, codes.get(status, "bad-request"), detail, headers=headers).response()

    async def parameters(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        said = (f"{'.'.join(str(part) for part in one['loc'][1:])}: {one['msg']}" for one in error.errors())
        return Problem(422, "bad-parameter", "; ".join(said)).response()

    async def bug(request: Request, error: Exception) -> Response:  # the server writes it into its log
        said = f"a bug of venule: {type(error).__name__}; please report it"
        return Problem(500, "unexpected-error", said, headers={"X-Content-Type-Options": "nosniff"}).response()

    app.add_exception_handler(Exception, bug)
    app.add_exception_handler(Problem, problem)
    app.add_exception_handler(VenuleError, venule)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(RequestValidationError, parameters)


def _methods(request: Request) -> list[str]:
    """What is possible at the address of a request: of several routes for it, Starlette names the first one's."""
    described = request.app.openapi()["paths"]
    patterns = {path: compile_path(path)[0] for path in described}
    there = (methods for path, methods in described.items() if patterns[path].match(request.url.path))
    return sorted({method.upper() for methods in there for method in methods}) or ["GET", "HEAD"]  # the page


PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "What went wrong (RFC 9457).",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri", "examples": ["urn:venule:problem:not-a-fundus"]},
        "title": {"type": "string", "description": "The phrase of the status."},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "The same in every version.", "examples": ["not-a-fundus"]},
        "detail": {"type": "string", "description": "What is wrong, with which value, and what to do."},
    },
}
_SAID = {
    400: "The request cannot be understood.",
    401: "The token is missing or wrong.",
    403: "The request comes from another site's page.",
    404: "There is no such thing.",
    406: "The result does not come in the format asked for.",
    408: "The upload stood still.",
    413: "The upload has too many bytes or photographs, or the photograph too many pixels.",
    415: "The upload is no image, or of a form that is not read.",
    421: "The service does not go by this name.",
    422: "A parameter is wrong, or the photograph cannot be worked on.",
    429: "Too many requests from one address; Retry-After says when to come back.",
    503: "As much work waits as can; or the photograph took too long or too much memory. Retry-After says when to "
    "come back.",
}


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problems that a route can answer with, for its description."""
    everywhere = {400, 401, 403, 421}
    return {
        status: {"description": _SAID[status], "content": {MEDIA_TYPE: {"schema": PROBLEM_SCHEMA}}}
        for status in sorted(everywhere | set(statuses))
    }
