"""Requests schemathesis makes of an OpenAPI document, right ones and wrong ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from requests import Request

from benches.hostile.requests import Sent

ADDRESS = "https://api.example.org"
_METHODS = ("get", "post", "put", "patch", "delete")


def operations(document: Mapping[str, Any]) -> list[str]:
    """The routes of a document, `POST /models/{model}/train`."""
    return [
        f"{name.upper()} {path}" for path, methods in document["paths"].items() for name in methods if name in _METHODS
    ]


def send_schema_requests(document: Mapping[str, Any], count: int, number: int, send: Callable[[Sent], object]) -> None:
    """Send about `count` requests to the operations of a document in turn; the same seed, the same requests."""
    schema = schemathesis.openapi.from_dict(dict(document))
    routes = operations(document)
    modes = (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)
    each = max(1, count // (len(routes) * len(modes)))
    for route in routes:
        method, _, path = route.partition(" ")
        for mode in modes:
            _send(schema[path][method].as_strategy(generation_mode=mode), route, mode.value, each, number, send)


def _send(cases: Any, route: str, mode: str, count: int, number: int, send: Callable[[Sent], object]) -> None:
    @seed(number)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def run(case: Any) -> None:
        send(_sent(case, route, mode))

    # Of a route that takes nothing, nothing can be wrong.
    with suppress(Unsatisfiable):
        run()


def _sent(case: Any, route: str, mode: str) -> Sent:
    request = case.as_transport_kwargs(base_url=ADDRESS)
    ready = Request(**{name: request[name] for name in request if name in _TAKEN}).prepare()
    address = urlsplit(ready.url or ADDRESS)
    body = ready.body or b""
    raw = body if isinstance(body, bytes) else str(body).encode("utf-8", "surrogatepass")
    headers = {name.lower(): _text(value) for name, value in ready.headers.items()}
    return Sent(f"schema, {mode}", route, address.path, raw, address.query, headers)


_TAKEN = ("method", "url", "headers", "params", "json", "data", "cookies", "files", "auth")


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
