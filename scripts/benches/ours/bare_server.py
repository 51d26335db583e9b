"""HTTP/1.1 in front of `predict`'s own handler, and nothing more: `bare_server.py handler|silent|echo`, with variables.

`silent` is the handler without its log, `echo` answers with what it was sent. Prints its port. A request to `/cpu` is
answered with the CPU of the process, in ms.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any


def answers(kind: str) -> Callable[[bytes], bytes]:
    """What answers a body, as `kind` says."""
    if kind == "echo":
        return lambda body: body
    import handler  # type: ignore[import-not-found]

    if kind == "silent":
        from serin.serving.answered import Answers
        from serin.serving.log import Call, LoggedRows

        vars(handler)["printed"] = lambda reply: reply
        Answers.logged = lambda *_: LoggedRows((), (), (), ())  # type: ignore[method-assign]
        Call.lines = lambda *_: []  # type: ignore[method-assign]
    scopes = {"lambda": {"scopes": f"predict:{os.environ['SERIN_MODEL']}"}}

    def answer(body: bytes) -> bytes:
        event: dict[str, Any] = {
            "rawPath": f"/models/{os.environ['SERIN_MODEL']}/predict",
            "requestContext": {"requestId": "r1", "authorizer": scopes},
            "headers": {"content-type": "application/json"},
            "body": body.decode(),
        }
        reply = handler.handle(event, None)
        assert reply["statusCode"] == 200, reply
        return str(reply["body"]).encode()

    return answer


class Server(asyncio.Protocol):
    """One connection that is kept; a request is its head, which says how long its body is, and that."""

    def __init__(self, answer: Callable[[bytes], bytes]) -> None:
        self._answer = answer
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It is there."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """A part of a request."""
        self._buffer += data
        head, end, body = self._buffer.partition(b"\r\n\r\n")
        if not end:
            return
        at = head.lower().find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(body) < length:
            return
        self._buffer = b""
        is_asked = head.startswith(b"GET /cpu")
        reply = json.dumps(time.process_time() * 1000).encode() if is_asked else self._answer(body)
        self._transport.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(reply) + reply)


async def main() -> None:
    """Serve until somebody ends the process."""
    answer = answers(sys.argv[1])
    server = await asyncio.get_running_loop().create_server(lambda: Server(answer), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], file=sys.stderr, flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
