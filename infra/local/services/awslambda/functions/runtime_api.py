"""Lambda's Runtime API for one process, on a port of its own.

There is no server thread: whoever invokes the function reads the requests of its process, so an
invocation costs no hand-over between threads.
"""

from __future__ import annotations

import json
import selectors
import socket
from collections.abc import Mapping
from dataclasses import dataclass

from infra.local.services.awslambda.functions.peer import is_of_process

RESPONSE_LIMIT = 6_291_556
"""Bytes Lambda hands back from a synchronous invocation."""

_PREFIX = "/2018-06-01/runtime/"
_READ = 1 << 18
_SEND_LIMIT_S = 10.0


@dataclass(frozen=True)
class NextAsked:
    """The process is ready for an invocation."""


@dataclass(frozen=True)
class Answered:
    """The process answered the invocation it was given."""

    payload: bytes


@dataclass(frozen=True)
class Failed:
    """The handler, or the module it is in, raised; `payload` is what Lambda hands to the caller."""

    payload: bytes
    error_type: str
    reusable: bool
    """Whether the process goes on to ask for another invocation."""


@dataclass(frozen=True)
class HungUp:
    """The process closed its connection: it is ending, or is about to open another one."""


Sign = NextAsked | Answered | Failed | HungUp


@dataclass(frozen=True)
class Invocation:
    """What the process is given."""

    request_id: str
    invoked_arn: str
    deadline_ms: int
    trace_id: str
    payload: bytes
    client_context: str | None = None

    def headers(self) -> dict[str, str]:
        """As the runtime client reads them."""
        headers = {
            "Lambda-Runtime-Aws-Request-Id": self.request_id,
            "Lambda-Runtime-Deadline-Ms": str(self.deadline_ms),
            "Lambda-Runtime-Invoked-Function-Arn": self.invoked_arn,
            "Lambda-Runtime-Trace-Id": self.trace_id,
        }
        if self.client_context is not None:
            headers["Lambda-Runtime-Client-Context"] = self.client_context
        return headers


@dataclass(frozen=True)
class _Request:
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


class _Connection:
    """Bytes from the process, read into requests."""

    def __init__(self, connected: socket.socket) -> None:
        self.socket = connected
        self._received = bytearray()
        connected.settimeout(_SEND_LIMIT_S)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def read(self) -> bool:
        """Take what has arrived; False at the end."""
        try:
            arrived = self.socket.recv(_READ)
        except OSError:
            return False
        self._received += arrived
        return bool(arrived)

    def request(self) -> _Request | None:
        """The first complete request, taken out of what has arrived."""
        end = self._received.find(b"\r\n\r\n")
        if end < 0:
            return None
        first, *lines = bytes(self._received[:end]).decode("latin-1").split("\r\n")
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        total = end + 4 + int(headers.get("content-length") or 0)
        if len(self._received) < total:
            return None
        body = bytes(self._received[end + 4 : total])
        del self._received[:total]
        method, path, _ = first.split(" ", 2)
        return _Request(method, path, headers, body)

    def reply(self, status: str, body: bytes, headers: Mapping[str, str] | None = None) -> bool:
        """Send one response in one write; False when nobody is there to read it."""
        lines = [f"HTTP/1.1 {status}", "Content-Type: application/json", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        try:
            self.socket.sendall("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)
        except OSError:
            return False
        return True


class RuntimeApi:
    """The conversation with one process; `selector` may watch other files of the caller beside its sockets.

    Until `expect` says which process that is nobody is heard; afterwards it alone is.
    """

    def __init__(self, selector: selectors.BaseSelector) -> None:
        self._selector = selector
        self._pid: int | None = None
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=8)
        self._listener.setblocking(False)
        self._connections: dict[socket.socket, _Connection] = {}
        self._waiting: _Connection | None = None
        self._current: str | None = None
        selector.register(self._listener, selectors.EVENT_READ)

    @property
    def address(self) -> str:
        """Host and port, as AWS_LAMBDA_RUNTIME_API has it."""
        host, port = self._listener.getsockname()
        return f"{host}:{port}"

    def expect(self, pid: int) -> None:
        """The process this is for; AWS's client has no way to show a secret, but the system knows whose a socket is."""
        self._pid = pid

    def give(self, invocation: Invocation) -> bool:
        """Answer the waiting request for work; False when the process has gone."""
        waiting, self._waiting = self._waiting, None
        self._current = invocation.request_id
        return waiting is not None and waiting.reply("200 OK", invocation.payload, invocation.headers())

    def on_ready(self, ready: object) -> Sign | None:
        """Read from one of its sockets that has something to read."""
        if ready is self._listener:
            self._accept()
            return None
        assert isinstance(ready, socket.socket)
        connection = self._connections[ready]
        alive = connection.read()
        request = connection.request()
        if request is not None:
            return self._sign(connection, request)
        if not alive:
            self._forget(connection)
            return HungUp()
        return None

    def close(self) -> None:
        """Close the port and every connection."""
        for connected in (self._listener, *self._connections):
            self._selector.unregister(connected)
            connected.close()
        self._connections.clear()

    def _accept(self) -> None:
        try:
            connected, _ = self._listener.accept()
        except OSError:
            return
        if self._pid is None or not _is_of_process(connected, self._pid):
            connected.close()
            return
        self._connections[connected] = _Connection(connected)
        self._selector.register(connected, selectors.EVENT_READ)

    def _forget(self, connection: _Connection) -> None:
        self._selector.unregister(connection.socket)
        del self._connections[connection.socket]
        connection.socket.close()

    def _sign(self, connection: _Connection, request: _Request) -> Sign | None:
        action = request.path.removeprefix(_PREFIX)
        if request.method == "GET" and action == "invocation/next":
            self._waiting = connection
            return NextAsked()
        if action == "init/error":
            connection.reply("202 Accepted", b'{"status":"OK"}')
            return Failed(request.body, _error_type(request), reusable=False)
        if action == f"invocation/{self._current}/response":
            return self._answered(connection, request)
        if action == f"invocation/{self._current}/error":
            connection.reply("202 Accepted", b'{"status":"OK"}')
            return Failed(request.body, _error_type(request), reusable=True)
        connection.reply("400 Bad Request", b'{"errorType":"InvalidRequestID","errorMessage":"Invalid request ID"}')
        return None

    def _answered(self, connection: _Connection, request: _Request) -> Sign:
        if len(request.body) <= RESPONSE_LIMIT:
            connection.reply("202 Accepted", b'{"status":"OK"}')
            return Answered(request.body)
        connection.reply("413 Payload Too Large", b'{"errorType":"RequestEntityTooLarge"}')
        return Failed(_too_large(len(request.body)), "Function.ResponseSizeTooLarge", reusable=False)


def _is_of_process(connected: socket.socket, pid: int) -> bool:
    try:
        return is_of_process(connected, pid)
    except OSError:
        # It was closed before anybody could look.
        return False


def _too_large(size: int) -> bytes:
    message = f"Response payload size ({size} bytes) exceeded maximum allowed payload size ({RESPONSE_LIMIT} bytes)."
    return json.dumps({"errorType": "Function.ResponseSizeTooLarge", "errorMessage": message}).encode()


def _error_type(request: _Request) -> str:
    named = request.headers.get("lambda-runtime-function-error-type")
    if named:
        return named
    try:
        return str(json.loads(request.body).get("errorType") or "Unhandled")
    except (ValueError, AttributeError):
        return "Unhandled"
