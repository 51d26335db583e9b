"""Connections to one address that stay open from request to request; a thread has its own.

HTTP/1.1 as one service speaks it, and no more: whatever else comes raises OSError, and botocore is asked instead. To
parse a response's head, Python's own client takes longer than DynamoDB's answers take to be read.
"""

from __future__ import annotations

import socket
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

TIMEOUT_S = 10.0
AT_ONCE = 8
_LONGEST_LINE, _MOST_HEADERS = 65_536, 100

Message = tuple[Mapping[str, str], bytes]
"""Headers, and a body."""


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
        self._kept = threading.local()

    @property
    def host(self) -> str:
        """The host as HTTP names it, with a port that is not the usual one."""
        return self._parts.netloc

    def post(self, messages: Iterable[Message]) -> Iterator[HttpAnswer | None]:
        """The answer of each message, in their order; None where none comes.

        Some are sent before the first answer is read, each on a connection of its own, so that they are worked on at
        the same time; with each answer the next is sent. Who keeps a connection cannot know that it has been closed
        before it is used: then a new one is tried.
        """
        under_way = deque[tuple[Message, _Connection | None]]()
        for message in messages:
            if len(under_way) == AT_ONCE:
                yield self._ended(*under_way.popleft())
            under_way.append((message, self._begun(message)))
        while under_way:
            yield self._ended(*under_way.popleft())

    @property
    def _idle(self) -> list[_Connection]:
        if not hasattr(self._kept, "idle"):
            self._kept.idle = []
        idle: list[_Connection] = self._kept.idle
        return idle

    def _begun(self, message: Message) -> _Connection | None:
        """A connection on which the message is sent."""
        while self._idle:
            connection = self._idle.pop()
            try:
                connection.send(message)
            except OSError:
                connection.close()
            else:
                return connection
        return self._sent_anew(message)

    def _sent_anew(self, message: Message) -> _Connection | None:
        try:
            connection = _Connection(self._parts.scheme, self._parts.hostname or "", self._parts.port)
            connection.send(message)
        except OSError:
            return None
        return connection

    def _ended(self, message: Message, connection: _Connection | None) -> HttpAnswer | None:
        while connection is not None:
            try:
                answer = connection.receive()
            except OSError:
                connection.close()
                connection = self._sent_anew(message) if connection.is_old else None
                continue
            if answer.headers.get("connection", "").lower() == "close":
                connection.close()
            else:
                connection.is_old = True
                self._idle.append(connection)
            return answer
        return None


class _Connection:
    """One connection, on which a message is answered before the next is sent; `is_old` once it has had an answer."""

    def __init__(self, scheme: str, host: str, port: int | None) -> None:
        self.is_old = False
        self._head = "POST / HTTP/1.1\r\nAccept-Encoding: identity\r\n"
        plain = socket.create_connection((host, port or (443 if scheme == "https" else 80)), TIMEOUT_S)
        try:
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._socket = _encrypted(plain, host) if scheme == "https" else plain
        except OSError:
            plain.close()
            raise
        self._file = self._socket.makefile("rb")

    def send(self, message: Message) -> None:
        """Raises OSError where nobody listens any more."""
        headers, body = message
        lines = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
        self._socket.sendall(f"{self._head}{lines}Content-Length: {len(body)}\r\n\r\n".encode("latin-1") + body)

    def receive(self) -> HttpAnswer:
        """Raises OSError where no answer comes, or another than one whose length is told."""
        version, _, status = self._line().partition(" ")
        if version != "HTTP/1.1" or not status[:3].isdigit():
            raise OSError("The other end does not speak HTTP/1.1.")
        headers: dict[str, str] = {}
        while line := self._line():
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
            if len(headers) > _MOST_HEADERS:
                raise OSError("The answer has too many headers.")
        length = headers.get("content-length", "")
        if "transfer-encoding" in headers or not (length.isascii() and length.isdigit()):
            raise OSError("The answer does not tell its length.")
        content = self._file.read(int(length))
        if len(content) != int(length):
            raise OSError("The answer ends too early.")
        return HttpAnswer(int(status[:3]), headers, content)

    def close(self) -> None:
        """Nothing is asked on it any more."""
        self._file.close()
        self._socket.close()

    def _line(self) -> str:
        line = self._file.readline(_LONGEST_LINE)
        if not line.endswith(b"\r\n"):
            raise OSError("The other end has closed the connection.")
        return line[:-2].decode("latin-1")


def _encrypted(plain: socket.socket, host: str) -> socket.socket:
    # Not loaded by whoever asks an address that is not: a process starts sooner.
    import ssl

    return ssl.create_default_context().wrap_socket(plain, server_hostname=host)
