"""The door of the AWS endpoint's port: around everything that is served there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from infra.local.door.visitors import from_a_page, wrong_host

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


class Door:
    """A WSGI application around another one, which pages in a browser neither reach nor read."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Let a request in, or answer 403 with the reason."""
        refused = wrong_host(environ.get("HTTP_HOST"), int(environ["SERVER_PORT"]), buckets=True) or from_a_page(
            environ.get("HTTP_ORIGIN"), environ.get("HTTP_SEC_FETCH_SITE")
        )
        if refused is None:
            return self._app(environ, _without_leave(start_response))
        body = f"{refused}\n".encode()
        start_response("403 Forbidden", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else body]


def _without_leave(start_response: StartResponse) -> StartResponse:
    """moto gives every page leave to read every answer (CORS)."""

    def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
        kept = [(name, value) for name, value in headers if not name.lower().startswith("access-control-")]
        return start_response(status, kept, *more)

    return start
