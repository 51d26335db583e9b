"""The server behind the endpoint's port: connections stay open for the calls that come by the thousand."""

from __future__ import annotations

import io
import socket
import sys
import traceback
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import ThreadedWSGIServer

from infra.local.door.calls import REQUEST_LINE, header_lines, headers_of_call
from infra.local.iam.refusals import failed
from infra.local.iam.requests.reading import signature_of

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication, WSGIEnvironment


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
    _call: dict[str, str] | None = None
    """The headers of the call that is being read; None for any other request."""

    def parse_request(self) -> bool:
        """Read what stands before the body; False where it was answered already."""
        self._call = None
        if self.raw_requestline != REQUEST_LINE:
            return super().parse_request()
        lines = header_lines(self.rfile)
        self._call = headers_of_call(lines)
        if self._call is None:
            return self._parse_again(lines)
        self.requestline = REQUEST_LINE.decode().rstrip()
        self.command, self.path, self.request_version = self.requestline.split()
        self.close_connection = False
        return True

    def _parse_again(self, lines: list[bytes]) -> bool:
        """As Python's server does, which finds the lines where they were."""
        stream, self.rfile = self.rfile, io.BytesIO(b"".join(lines))
        try:
            return super().parse_request()
        finally:
            self.rfile = stream

    def run_wsgi(self) -> None:
        """Answer one request."""
        if self._call is None:
            super().run_wsgi()
            return
        length = int(self._call["CONTENT_LENGTH"])
        body = self.rfile.read(length)
        if len(body) < length:
            self.close_connection = True
            return
        self._send(*self._answer(self._environ(self._call, body)))

    def _environ(self, headers: dict[str, str], body: bytes) -> WSGIEnvironment:
        """What `make_environ` makes of such a request."""
        host, port = self.server.server_address[:2]
        return {
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": self.server.multithread,
            "wsgi.multiprocess": self.server.multiprocess,
            "wsgi.run_once": False,
            "SERVER_SOFTWARE": self.server_version,
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            **dict.fromkeys(("PATH_INFO", "REQUEST_URI", "RAW_URI"), self.path),
            "QUERY_STRING": "",
            "REMOTE_ADDR": self.client_address[0],
            "REMOTE_PORT": self.client_address[1],
            "SERVER_NAME": host,
            "SERVER_PORT": str(port),
            "SERVER_PROTOCOL": self.request_version,
            **headers,
        }

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
