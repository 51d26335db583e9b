"""Stands in for the C part of AWS's runtime client where there is none (macOS): the same four functions.

It is copied into the functions' runtime folder, so it imports the standard library only.
"""

from __future__ import annotations

import http.client
import os
import socket

_BASE = "/2018-06-01/runtime/invocation"
_state: dict[str, http.client.HTTPConnection] = {}


def initialize_client(user_agent: str) -> None:
    """Connect on the first call, not here, as the C part does."""
    del user_agent


def next() -> tuple[bytes, dict[str, str]]:  # noqa: A001 - AWS named it
    """Wait for an invocation: its payload and headers."""
    body, headers = _call("GET", f"{_BASE}/next", None, {})
    return body, headers


def post_invocation_result(
    invoke_id: str, response: bytes, content_type: str, invocation_id: str | None = None
) -> None:
    """Answer an invocation."""
    del invocation_id
    _call("POST", f"{_BASE}/{invoke_id}/response", response, {"Content-Type": content_type})


def post_error(invoke_id: str, error: str, xray_fault: str, invocation_id: str | None = None) -> None:
    """Answer that an invocation failed."""
    del invocation_id
    headers = {"Content-Type": "application/json", "Lambda-Runtime-Function-XRay-Error-Cause": xray_fault}
    _call("POST", f"{_BASE}/{invoke_id}/error", error.encode(), headers)


def _call(method: str, path: str, body: bytes | None, headers: dict[str, str]) -> tuple[bytes, dict[str, str]]:
    connection = _connection()
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    content = answer.read()
    if answer.status not in {200, 202}:
        raise RuntimeError(f"{method} {path} answered {answer.status}")
    return content, dict(answer.getheaders())


def _connection() -> http.client.HTTPConnection:
    if "connection" not in _state:
        connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        _state["connection"] = connection
    return _state["connection"]
