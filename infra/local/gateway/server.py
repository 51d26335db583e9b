"""The gateway on a port of this machine."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import uvicorn

from infra.local.gateway.app import HttpApi
from infra.local.gateway.asgi import AsgiGateway
from infra.local.http_model import Invoke, Routes

_DRAIN_S = 2


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
        port: int = 0,
        concurrency: int = 256,
        now_s: Callable[[], float] = time.monotonic,
        now_ms: Callable[[], int] = lambda: int(time.time() * 1000),
    ) -> None:
        self._threads = ThreadPoolExecutor(concurrency, thread_name_prefix="gateway")
        self._socket = socket.create_server(("127.0.0.1", port), backlog=512)
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
