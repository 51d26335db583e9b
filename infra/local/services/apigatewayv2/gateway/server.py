"""The gateway on a port of this machine."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import uvicorn

from infra.local.services.apigatewayv2.gateway.app import HttpApi
from infra.local.services.apigatewayv2.gateway.asgi import AsgiGateway
from infra.local.services.apigatewayv2.model import Invoke, Routes
from serin.domain.errors import Conflict

_DRAIN_S = 2
_IDLE_S = 60
"""How long a connection is kept that nobody uses. Callers' own pools must give it up first (httpx after 5 s): else on a
busy machine it is closed at the moment its caller sends the next request, which is then lost."""


class Gateway:
    """Serves one HTTP API at `url` from the moment it is made until `stop`.

    `concurrency` bounds the requests that are being answered by functions at one moment; `now_s`
    drives throttles and cached decisions, `now_ms` is the time events carry.
    """

    def __init__(
        self,
        routes: Routes,
        invoke: Invoke,
        *,
        now_ms: Callable[[], int],
        port: int = 0,
        concurrency: int = 256,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._socket = _listen(port)
        self._threads = ThreadPoolExecutor(concurrency, thread_name_prefix="gateway")
        app = AsgiGateway(HttpApi(routes, invoke, self._threads, now_s), now_ms)
        config = uvicorn.Config(
            app,
            loop="asyncio",
            http="h11",
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=_IDLE_S,
            timeout_graceful_shutdown=_DRAIN_S,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), name="gateway", daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it answers, without a slash at the end."""
        host, port = self._socket.getsockname()
        return f"http://{host}:{port}"

    def stop(self) -> None:
        """Answer what is under way, for a moment, and free the port."""
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()
        self._threads.shutdown(wait=False, cancel_futures=True)


def _listen(port: int) -> socket.socket:
    # asyncio turns Nagle's algorithm off only for sockets that name their protocol; with it a reply takes 40 ms.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("127.0.0.1", port))
    except OSError as error:
        listening.close()
        remedy = "Name another port, or none for any free one."
        raise Conflict(f"Port {port} cannot be had: {error.strerror}.", remedy) from error
    listening.listen(512)
    return listening
