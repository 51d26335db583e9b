"""The address a custom resource's function answers to: it listens for as long as one answer is awaited."""

from __future__ import annotations

import json
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from infra.local.wiring import connected

_HOST = "127.0.0.1"
_LOOK_S = 0.2


class ResponseAddress:
    """One PUT of JSON is taken; it needs no credentials, as the presigned URL that AWS hands out needs none."""

    def __init__(self) -> None:
        self._path = f"/{uuid.uuid4()}"
        self._answer: dict[str, Any] | None = None
        self._arrived = threading.Event()
        self._server = ThreadingHTTPServer((_HOST, 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        """Where the function puts its answer."""
        return f"http://{_HOST}:{self._server.server_port}{self._path}"

    def wait(self, timeout_s: float) -> dict[str, Any] | None:
        """The answer; None when none came in time, or the local cloud ended."""
        for _ in range(max(1, int(timeout_s / _LOOK_S))):
            if self._arrived.wait(_LOOK_S) or connected() is None:
                break
        return self._answer

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _take(self, path: str, body: bytes) -> int:
        if path != self._path:
            return 403
        try:
            self._answer = json.loads(body)
        except ValueError:
            return 400
        self._arrived.set()
        return 200

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        take = self._take

        class Handler(BaseHTTPRequestHandler):
            """Takes the one PUT."""

            def do_PUT(self) -> None:
                """Keep the answer."""
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                self.send_response(take(self.path, body))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_args: Any) -> None:
                """Nobody reads it."""

        return Handler
