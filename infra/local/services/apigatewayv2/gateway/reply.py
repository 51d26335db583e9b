"""What goes back to the client."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from infra.local.delivery.outcome import Outcome

_JSON = ("content-type", "application/json")
# Python's phrase for 413 depends on its version.
_WORDS = {HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Request Entity Too Large"}


@dataclass(frozen=True)
class Reply:
    """An HTTP response."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def refusal(status: HTTPStatus, message: str = "") -> Reply:
    """The gateway's own answer, in its words unless there are others."""
    return Reply(status, (_JSON,), json.dumps({"message": message or _WORDS.get(status, status.phrase)}).encode())


def reply_of(outcome: Outcome) -> Reply:
    """A function's answer as a response."""
    if outcome.status == "throttled":
        return refusal(HTTPStatus.SERVICE_UNAVAILABLE)
    if outcome.status == "too_large":
        return refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    if outcome.function_error is not None:
        return refusal(HTTPStatus.INTERNAL_SERVER_ERROR)
    try:
        return _reply(json.loads(outcome.payload), outcome.payload)
    except (ValueError, TypeError, AttributeError, binascii.Error):
        # An answer that is not of the documented form is the function's error.
        return refusal(HTTPStatus.INTERNAL_SERVER_ERROR)


def _reply(answer: Any, payload: bytes) -> Reply:
    if not isinstance(answer, Mapping) or "statusCode" not in answer:
        return Reply(200, (_JSON,), payload)
    headers = {str(name).lower(): _header_value(value) for name, value in (answer.get("headers") or {}).items()}
    body = answer.get("body") or ""
    if body:
        headers.setdefault("content-type", "text/plain;charset=UTF-8")
    cookies = tuple(("set-cookie", str(cookie)) for cookie in answer.get("cookies") or ())
    content = base64.b64decode(body, validate=True) if answer.get("isBase64Encoded") else body.encode()
    return Reply(_status(answer["statusCode"]), (*headers.items(), *cookies), content)


def _status(code: Any) -> int:
    status = int(code)
    if not 100 <= status <= 599:
        raise ValueError(f"{status} is no status code")
    return status


def _header_value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
