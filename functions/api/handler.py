"""HTTP API → the FastAPI application."""

from __future__ import annotations

from functools import cache
from typing import Any

from mangum import Mangum

from serin.bootstrap import platform
from serin.http.app import make_app
from serin.http.errors import Told
from serin.logs import logged, of_answer


@logged("api", lambda: platform().clock, of_answer)
def handle(event: Any, context: Any) -> Any:
    """Answer one request."""
    return adapter()(event, context)


@cache
def adapter() -> Mangum:
    """The application, made at the first request."""
    world = platform()
    return Mangum(Told(make_app(world.charters, world.catalog, world.control, world.workflows)), lifespan="off")
