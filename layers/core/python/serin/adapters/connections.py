"""Connections to one address that stay open from request to request, one a thread."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

TIMEOUT_S = 10.0


@dataclass(frozen=True)
class HttpAnswer:
    """The status, the headers by names in small letters, and the content."""

    status: int
    headers: Mapping[str, str]
    content: bytes


class Connections:
    """Posts to the root of an address such as `https://dynamodb.eu-west-1.amazonaws.com`."""

    def __init__(self, address: str) -> None:
        self._parts = urlsplit(address)
        self._open = threading.local()

    @property
    def host(self) -> str:
        """The host as HTTP names it, with a port that is not the usual one."""
        return self._parts.netloc

    def post(self, headers: Mapping[str, str], body: bytes) -> HttpAnswer:
        """The answer; raises OSError or HTTPException where none comes.

        Who keeps a connection cannot know that it has been closed before it is used: then a new one is tried.
        """
        kept: HTTPConnection | None = getattr(self._open, "connection", None)
        if kept is not None:
            try:
                return self._posted(kept, headers, body)
            except (OSError, HTTPException):
                kept.close()
        self._open.connection = None
        connection = self._connection()
        answer = self._posted(connection, headers, body)
        self._open.connection = connection
        return answer

    def _posted(self, connection: HTTPConnection, headers: Mapping[str, str], body: bytes) -> HttpAnswer:
        connection.request("POST", "/", body, dict(headers))
        response = connection.getresponse()
        content = response.read()
        return HttpAnswer(response.status, {name.lower(): value for name, value in response.getheaders()}, content)

    def _connection(self) -> HTTPConnection:
        kind = HTTPSConnection if self._parts.scheme == "https" else HTTPConnection
        return kind(self._parts.hostname or "", self._parts.port, timeout=TIMEOUT_S)
