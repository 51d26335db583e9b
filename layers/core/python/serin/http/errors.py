"""Which status each kind of error becomes; the body is the same everywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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

_MOST_FAULTS = 5
_SAYINGS = {
    "string_too_short": "is too short, at least {min_length} characters are needed",
    "string_too_long": "is too long, at most {max_length} characters are taken",
    "string_pattern_mismatch": "is not {form}",
    "missing": "is missing",
    "extra_forbidden": "is not known",
    "int_parsing": "is not a whole number",
}
"""What pydantic says of a type, said of the value."""

_FORMS = {r"^[0-9a-f]{32}$": "an id, 32 of the signs 0-9 and a-f"}
"""What a pattern takes, for who does not read patterns."""

STATUS = {
    "invalid": 422,
    "rejected": 422,
    "too_large": 413,
    "unsupported": 415,
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
    """Every fault of what was sent, each by its field; where it stood in HTTP is no news to who typed a command."""
    assert isinstance(error, RequestValidationError)
    faults = error.errors()
    sayings = [_saying(fault) for fault in faults[:_MOST_FAULTS]]
    more = f"; and {len(faults) - _MOST_FAULTS} more" if len(faults) > _MOST_FAULTS else ""
    remedy = "Put it right" if len(faults) == 1 else f"Put all {len(faults)} right"
    invalid = Invalid(
        f"{'; '.join(sayings)}{more}.",
        f"{remedy}: --help of the command says what it takes, /openapi.json what the API does.",
        _field(faults[0]["loc"]),
    )
    return _serin_error(request, invalid)


def _saying(fault: Mapping[str, Any]) -> str:
    said = _SAYINGS.get(fault["type"])
    context = fault.get("ctx", {})
    form = _FORMS.get(context.get("pattern", ""), "what its pattern takes")
    message = said.format(**context, form=form) if said else fault["msg"]
    return f"{_field(fault['loc'][1:] or fault['loc'])}: {printable(message, 300)}"


def _field(parts: Sequence[object]) -> str:
    return printable(".".join(str(part) for part in parts))


def _internal(request: Request, error: Exception) -> JSONResponse:
    """A fault of ours: the log has it, the caller has not."""
    tell_of(error)
    event = request.scope.get("aws.event", {})
    call = event.get("requestContext", {}).get("requestId", "unknown")
    found = f"The platform failed to answer; the request's id is {call}."
    return _serin_error(request, Internal(found, "Try again; if it fails again, look for the id in the logs."))
