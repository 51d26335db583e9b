"""The gateway on a port of this machine."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import uvicorn

from infra.local.services.apigatewayv2.gateway.app import Count, HttpApi, uncounted
from infra.local.services.apigatewayv2.gateway.asgi import AsgiGateway
from infra.local.services.apigatewayv2.model import Invoke, Routes
from serin.domain.errors import Conflict

_DRAIN_S = 2
_IDLE_S = 60
"""How long a connection is kept that nobody uses. Callers' own pools must give it up first (httpx after 5 s): else on a
busy machine it is closed at the moment its caller sends the next request, which is then lost."""
_DATE_S = 1.0
_GLANCE_S = 0.005


class _Server(uvicorn.Server):
    """Ends when it is told to: uvicorn looks ten times a second whether it was, and pauses as long again."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._end: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None

    def end(self) -> None:
        """From any thread, more than once."""
        self.should_exit = True
        if self._end is None:
            return
        loop, ended = self._end
        if not loop.is_closed():
            loop.call_soon_threadsafe(ended.set)

    async def main_loop(self) -> None:
        """Until the end; the date that answers bear is made anew each second."""
        ended = asyncio.Event()
        self._end = asyncio.get_running_loop(), ended
        while not await self.on_tick(0):
            with suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), _DATE_S)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more connections, and answer what is under way, for a moment."""
        for listener in (*self.servers, *(sockets or ())):
            listener.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        with suppress(TimeoutError):
            async with asyncio.timeout(_DRAIN_S):
                while self.server_state.connections or self.server_state.tasks:
                    await asyncio.sleep(_GLANCE_S)
        for task in self.server_state.tasks:
            task.cancel()


class Gateway:
    """Serves one HTTP API at `url` from the moment it is made until `stop`.

    `concurrency` bounds the requests that are being answered by functions at one moment; `now_s`
    drives throttles and cached decisions, `now_ms` is the time events carry; `count` is told of every call.
    Without `throttles` no call is one too many.
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
        count: Count = uncounted,
        throttles: bool = True,
    ) -> None:
        self._socket = _listen(port)
        self._threads = ThreadPoolExecutor(concurrency, thread_name_prefix="gateway")
        app = AsgiGateway(HttpApi(routes, invoke, self._threads, now_s, count, throttles=throttles), now_ms)
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
        )
        self._server = _Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), name="gateway", daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it answers, without a slash at the end."""
        host, port = self._socket.getsockname()
        return f"http://{host}:{port}"

    def stop(self) -> None:
        """Answer what is under way, for a moment, and free the port."""
        self._server.end()
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
