"""Which status each kind of error becomes; the body is the same everywhere."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from serin.domain.errors import Internal, Invalid, NotFound, SerinError
from serin.domain.printable import printable
from serin.logs import tell_of

STATUS = {
    "invalid": 422,
    "rejected": 422,
    "too_large": 413,
    "not_found": 404,
    "denied": 403,
    "conflict": 409,
    "not_released": 503,
    "unavailable": 503,
    "corrupt": 500,
    "model_failed": 500,
    "internal": 500,
}


class Found(BaseModel):
    """What was found, and what to do."""

    kind: str = Field(description=f"One of {', '.join(STATUS)}.")
    message: str
    remedy: str
    field: str | None = Field(None, description="The field that is to blame, where one is.")


class Problem(BaseModel):
    """Every error's body."""

    error: Found


PROBLEMS: dict[int | str, dict[str, Any]] = {"4XX": {"model": Problem}, "5XX": {"model": Problem}}


def answer_errors(app: FastAPI) -> None:
    """Make every error of this app answer in the one shape."""
    app.add_exception_handler(SerinError, _serin_error)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(Exception, _internal)


class Told:
    """The app without what Starlette raises again behind the answer to a fault: the log has it already."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        with suppress(Exception):
            await self._app(scope, receive, send)


def _serin_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, SerinError)
    return JSONResponse({"error": error.as_record()}, STATUS[error.kind])


def _refused(request: Request, error: Exception) -> JSONResponse:
    """What FastAPI itself refuses: a path or a method nobody answers."""
    assert isinstance(error, HTTPException)
    asked = f"{request.method} {printable(request.url.path)}"
    found = NotFound(f"There is no {asked}.", "See /openapi.json for what there is.")
    return JSONResponse({"error": found.as_record()}, error.status_code, error.headers)


def _invalid_request(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    field = printable(".".join(str(part) for part in first["loc"]))
    message = printable(first["msg"], 300)
    return _serin_error(request, Invalid(f"{field}: {message}.", "Send what /openapi.json describes.", field))


def _internal(request: Request, error: Exception) -> JSONResponse:
    """A fault of ours: the log has it, the caller has not."""
    tell_of(error)
    event = request.scope.get("aws.event", {})
    call = event.get("requestContext", {}).get("requestId", "unknown")
    found = f"The platform failed to answer; the request's id is {call}."
    return _serin_error(request, Internal(found, "Try again; if it fails again, look for the id in the logs."))
