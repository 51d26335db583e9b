"""A connection stays open only where it is beyond doubt where the next request on it begins."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from infra.local.door.server import Server
from tests.waiting import PATIENCE_S

CALL = "POST / HTTP/1.1\r\nHost: here\r\nX-Amz-Target: T.Op\r\n"


class Heard:
    """An application that answers the body it was sent, and keeps it."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        self.bodies.append(body)
        if body == b"break":
            raise RuntimeError(body)
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [body]


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def server(heard: Heard) -> Iterator[Server]:
    server = Server("127.0.0.1", 0, heard)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def connection(server: Server) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", server.server_port), timeout=PATIENCE_S) as connection:
        yield connection


def call(body: str, *headers: str) -> bytes:
    lines = headers or (f"Content-Length: {len(body)}",)
    return "\r\n".join([f"{CALL}{lines[0]}", *lines[1:], "", body]).encode()


def until(connection: socket.socket, end: bytes) -> bytes:
    """What is sent until the end, or until the connection ends."""
    received = b""
    while not received.endswith(end) and (more := connection.recv(65536)):
        received += more
    return received


def rest(connection: socket.socket) -> bytes:
    """What is sent until the connection ends."""
    received = b""
    while more := connection.recv(65536):
        received += more
    return received


def test_calls_follow_each_other_on_one_connection(connection: socket.socket, heard: Heard) -> None:
    for body in ("first", "second"):
        connection.sendall(call(body))
        answer = until(connection, body.encode())
        assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
        assert f"Content-Length: {len(body)}\r\n".encode() in answer
    assert heard.bodies == [b"first", b"second"]


def test_what_follows_a_body_is_a_request_of_its_own(connection: socket.socket, heard: Heard) -> None:
    connection.sendall(call(f"{CALL}\r\n") + call("next"))
    assert until(connection, b"next").count(b"HTTP/1.1 200 OK") == 2
    assert heard.bodies == [f"{CALL}\r\n".encode(), b"next"]


@pytest.mark.parametrize(
    "request_",
    [
        call("body", "Content-Length: 4", "Content-Length: 4"),
        call("4\r\nbody\r\n0\r\n\r\n", "Transfer-Encoding: chunked"),
        call("4\r\nbody\r\n0\r\n\r\n", "Content-Length: 4", "Transfer-Encoding: chunked"),
        call("body", "Content-Length: +4"),
        call("body", "Content-Length: 4", "Expect: 100-continue"),
        call("body", "Content-Length: 4", "Connection: close"),
        call("body").replace(b"X-Amz-Target", b"X-Other"),
        call("break"),
    ],
    ids=["two lengths", "in pieces", "both", "a sign", "waiting", "closing", "another protocol", "an error"],
)
def test_any_other_request_is_the_last_of_its_connection(
    connection: socket.socket, heard: Heard, request_: bytes
) -> None:
    connection.sendall(request_)
    assert b"Connection: close\r\n" in rest(connection)
    assert len(heard.bodies) <= 2


def test_a_body_that_breaks_off_is_nobodys_request(connection: socket.socket, heard: Heard) -> None:
    connection.sendall(call("bo", "Content-Length: 4"))
    connection.shutdown(socket.SHUT_WR)
    assert (rest(connection), heard.bodies) == (b"", [])


def test_connections_that_wait_end_with_the_server(connection: socket.socket, server: Server) -> None:
    connection.sendall(call("first"))
    until(connection, b"first")
    server.server_close()
    assert rest(connection) == b""
