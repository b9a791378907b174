"""Errors as problem+json (RFC 9457): a reason code for programs and a sentence for people."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

from venule.errors import VenuleError

MEDIA_TYPE = "application/problem+json"
# The status for the reason of a VenuleError; 422 for all others.
STATUS = {
    "not-an-image": 415, "unsupported-mode": 415, "missing-extra": 415,
    "too-large": 413, "file-too-large": 413,
    "out-of-memory": 503, "timed-out": 504,
    "crashed": 500, "unexpected-error": 500,
}  # fmt: skip
LONGEST_VALUE = 80  # characters of a parameter that a message repeats


class ProblemBody(BaseModel):
    """An error (RFC 9457)."""

    type: str = Field(examples=["urn:venule:problem:not-a-fundus"])
    title: str = Field(description="The phrase of the status.")
    status: int
    code: str = Field(description="The reason; the same in every version.", examples=["not-a-fundus"])
    detail: str = Field(description="What is wrong, with which value, and what to do.")


class Problem(Exception):  # noqa: N818 - as RFC 9457 calls it
    """An error that the client is told.

    Attributes:
        status: of HTTP.
        code: the reason, in kebab-case, the same in every version.
        detail: what is wrong, with which value, and what to do.
        headers: of the answer.
    """

    def __init__(self, status: int, code: str, detail: str, *, headers: Mapping[str, str] | None = None) -> None:
        """Keep status, code, detail and headers."""
        super().__init__(detail)
        self.status, self.code, self.detail, self.headers = status, code, detail, dict(headers or {})

    def response(self) -> Response:
        """The answer."""
        body = ProblemBody(
            type=f"urn:venule:problem:{self.code}",
            title=HTTPStatus(self.status).phrase,
            status=self.status,
            code=self.code,
            detail=self.detail,
        )
        return JSONResponse(body.model_dump(), self.status, self.headers, media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Answer every error of an app with problem+json."""

    async def answer(request: Request, error: Exception) -> Response:
        return _problem_of(error, request).response()

    for kind in (Problem, VenuleError, HTTPException, RequestValidationError, Exception):
        app.add_exception_handler(kind, answer)


def _problem_of(error: Exception, request: Request) -> Problem:
    path = request.url.path
    match error:
        case Problem():
            return error
        case VenuleError(reason="bad-model"):  # the message names a folder of this machine
            logging.getLogger("venule.server").error("%s", error)
            return Problem(500, error.reason, "the model cannot be used: the log of the service says why")
        case VenuleError():
            status = STATUS.get(error.reason, 422)
            return Problem(status, error.reason, str(error), headers={"Retry-After": "10"} if status == 503 else None)
        case RequestValidationError():
            return Problem(422, "bad-parameter", "; ".join(map(_wrong_parameter, error.errors())))
        case HTTPException(status_code=404):
            return Problem(404, "not-found", f"there is no {path}")
        case HTTPException(status_code=405):
            headers = {"Allow": ", ".join(_methods(request))}
            return Problem(405, "method-not-allowed", f"{path} has no {request.method}", headers=headers)
        case HTTPException():
            return Problem(error.status_code, "bad-request", str(error.detail), headers=error.headers)
    message = f"a bug in venule: {type(error).__name__}; please report it"  # uvicorn logs the traceback
    return Problem(500, "unexpected-error", message, headers={"X-Content-Type-Options": "nosniff"})


def _wrong_parameter(error: Mapping[str, Any]) -> str:
    name = ".".join(str(part) for part in error["loc"][1:])
    return f"{name}: {error['msg']}; got {str(error['input'])[:LONGEST_VALUE]!r}"


def _methods(request: Request) -> list[str]:
    """The methods of the path of a request: Starlette names those of one route, even if several have the path."""
    paths = request.app.openapi()["paths"]
    found = (methods for path, methods in paths.items() if compile_path(path)[0].match(request.url.path))
    return sorted({method.upper() for methods in found for method in methods}) or ["GET", "HEAD"]  # the page


_DESCRIPTIONS = {
    400: "The request cannot be read.",
    401: "The token is missing or wrong.",
    403: "The request comes from the page of another site.",
    406: "The result is not available in the format asked for.",
    408: "The upload stopped.",
    413: "Too many bytes, pixels or photographs.",
    415: "The file is not an image, or an extra that it needs is not installed.",
    421: "The host name is unknown.",
    422: "A parameter is wrong, or the photograph cannot be processed.",
    500: "The process that worked on the photograph died, or venule has a bug.",
    503: "The queue is full, or memory is short. Retry-After says when to try again.",
    504: "The photograph took longer than the time limit.",
}


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The OpenAPI description of the errors of a route: these, and those that every route has."""
    schema = ProblemBody.model_json_schema()
    return {
        status: {"description": _DESCRIPTIONS[status], "content": {MEDIA_TYPE: {"schema": schema}}}
        for status in sorted({400, 401, 403, 421, *statuses})
    }
