"""Requests as boto3 would send them, and as the endpoint gets them."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.config import Config

from infra.local.iam.requests.bodies import Environ


def sent(service: str, operation: str, **arguments: Any) -> Environ:
    """The WSGI environment of the request boto3 would send."""
    client, seen = _stopped(service)
    with pytest.raises(InterruptedError):
        getattr(client, operation)(**arguments)
    return environ_of(seen())


@cache
def _stopped(service: str) -> tuple[Any, Callable[[], Any]]:
    """A client that stops before it sends anything, and what gives the request that it would have sent."""
    client: Any = boto3.client(  # type: ignore[call-overload]
        service,
        region_name="us-east-1",
        endpoint_url="http://127.0.0.1:1",
        aws_access_key_id="ASIAROLE",
        aws_secret_access_key="secret",
        aws_session_token="token",
        config=Config(parameter_validation=False),
    )
    seen: list[Any] = []

    def stop(request: Any, **_more: Any) -> None:
        seen.append(request)
        raise InterruptedError

    client.meta.events.register("before-send", stop)
    return client, seen.pop


def environ_of(request: Any) -> Environ:
    parts = urlsplit(request.url)
    body = request.body.read() if hasattr(request.body, "read") else request.body or b""
    body = body.encode() if isinstance(body, str) else body
    headers = {
        name.upper().replace("-", "_"): value.decode() if isinstance(value, bytes) else value
        for name, value in request.headers.items()
    }
    kept = {f"HTTP_{name}": value for name, value in headers.items() if name not in {"CONTENT_TYPE", "CONTENT_LENGTH"}}
    return {
        **kept,
        "REQUEST_METHOD": request.method,
        "PATH_INFO": parts.path,
        "RAW_URI": f"{parts.path}?{parts.query}",
        "QUERY_STRING": parts.query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "1",
        "wsgi.url_scheme": "http",
        "CONTENT_TYPE": headers.get("CONTENT_TYPE", ""),
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
    }
