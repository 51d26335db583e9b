"""The server behind the endpoint's port: connections stay open for the calls that come by the thousand."""

from __future__ import annotations

import io
import socket
import traceback
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import ThreadedWSGIServer

from infra.local.iam.refusals import failed
from infra.local.iam.requests.reading import signature_of

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication, WSGIEnvironment

_MOST_BYTES = 1 << 20
"""Of a body that is read before it is asked for; DynamoDB's items are smaller."""


class Server(ThreadedWSGIServer):
    """A thread a connection; all of them end with the server, those that are in the middle of a call after it."""

    def __init__(self, host: str, port: int, app: WSGIApplication) -> None:
        super().__init__(host, port, app, _Handler)
        self._open: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection."""
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """A connection has ended."""
        self._open.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        """Take no call any more, on no connection."""
        super().server_close()
        for connection in tuple(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RD)


class _Handler(MotoRequestHandler):
    """werkzeug closes every connection after one answer, as it cannot know where the next request begins.

    It is known after a POST of one length that was read to its end. So only those stay open that name an operation in
    `X-Amz-Target`, as services do that speak JSON: nothing of theirs is sent in pieces, in either direction.
    """

    protocol_version = "HTTP/1.1"

    def run_wsgi(self) -> None:
        """Answer one request."""
        length = self._length()
        if length is None:
            super().run_wsgi()
            return
        body = self.rfile.read(length)
        if len(body) < length:
            self.close_connection = True
            return
        self._send(*self._answer({**self.make_environ(), "wsgi.input": io.BytesIO(body)}))

    def _length(self) -> int | None:
        """Of the body of a call whose end is beyond doubt; None for any other request."""
        lengths = self.headers.get_all("Content-Length") or []
        odd = any(name in self.headers for name in ("Transfer-Encoding", "Expect"))
        if self.command != "POST" or odd or "X-Amz-Target" not in self.headers or len(lengths) != 1:
            return None
        digits = lengths[0]
        length = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else _MOST_BYTES + 1
        return length if length <= _MOST_BYTES else None

    def _answer(self, environ: WSGIEnvironment) -> tuple[str, list[tuple[str, str]], bytes]:
        try:
            return _answer_of(self.server.app, environ)
        except Exception:  # noqa: BLE001 - whatever it is, the caller is answered
            self.server.log("error", f"Error on request:\n{traceback.format_exc()}")
            self.close_connection = True
            signature = signature_of(environ)
            return _answer_of(failed(signature.service if signature else "dynamodb").send, environ)

    def _send(self, status: str, headers: list[tuple[str, str]], content: bytes) -> None:
        """In one piece: of two the second would wait for the first to be acknowledged."""
        own = [("Content-Length", str(len(content))), ("Date", self.date_time_string())]
        if self.close_connection:
            own.append(("Connection", "close"))
        replaced = {name.lower() for name, _ in own}
        lines = [f"{name}: {value}" for name, value in headers if name.lower() not in replaced]
        lines += [f"{name}: {value}" for name, value in own]
        head = "\r\n".join([f"{self.protocol_version} {status}", *lines, "", ""])
        self.wfile.write(head.encode("latin-1") + content)


def _answer_of(app: Any, environ: WSGIEnvironment) -> tuple[str, list[tuple[str, str]], bytes]:
    begun: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], *_: Any) -> Any:
        begun.append((status, headers))
        return _no_write

    answer = app(environ, start_response)
    try:
        content = b"".join(answer)
    finally:
        close = getattr(answer, "close", None)
        if close is not None:
            close()
    status, headers = begun[-1]
    return status, headers, content


def _no_write(_data: bytes) -> None:
    raise NotImplementedError("Nobody here writes so.")
