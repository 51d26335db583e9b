"""The ports a cloud was reached on: what was deployed and what people wrote down names them."""

from __future__ import annotations

import socket

from serin.domain.errors import Conflict

_HOST = "127.0.0.1"


def check_free(port: int, what: str) -> None:
    """Raise Conflict when the port is taken."""
    with socket.socket() as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((_HOST, port))
        except OSError as error:
            raise Conflict(
                f"{what} was on port {port} when its state was written, and another program is there now.",
                f"End the program that listens on {_HOST}:{port}, or start with an empty folder.",
            ) from error
