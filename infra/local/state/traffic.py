"""Requests to AWS's API, counted: whether anything may have changed, and whether something is in the middle."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


class Traffic:
    """Counts the requests to the applications it is put around."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.begun = 0
        self.running = 0

    def around(self, app: WSGIApplication) -> WSGIApplication:
        """The same application, counted."""

        def counted(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            with self._lock:
                self.begun += 1
                self.running += 1
            try:
                return app(environ, start_response)
            finally:
                with self._lock:
                    self.running -= 1

        return counted
