"""Which status each kind of error becomes; the body is the same everywhere."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from serin.domain.errors import Invalid, NotFound, SerinError

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
}


def answer_errors(app: FastAPI) -> None:
    """Make every error of this app answer in the one shape."""
    app.add_exception_handler(SerinError, _serin_error)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(404, _unknown_route)


def _serin_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, SerinError)
    return JSONResponse({"error": error.as_record()}, STATUS[error.kind])


def _unknown_route(request: Request, _: Exception) -> JSONResponse:
    return _serin_error(request, NotFound(f"There is no {request.url.path}.", "See /openapi.json for what there is."))


def _invalid_request(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"])
    return _serin_error(request, Invalid(f"{field}: {first['msg']}.", "Send what /openapi.json describes.", field))
