"""An HTTP API over functions that are Python callables."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from infra.local.delivery.outcome import Outcome
from infra.local.services.apigatewayv2.gateway.server import Gateway
from infra.local.services.apigatewayv2.model import Route, RouteTable

Function = Callable[[dict[str, Any]], Any]


class Api:
    """A gateway, its routes, its functions and every event they got; `seconds` and `ms` are its clock.

    `allows` is what IAM says of whoever signs, `asked` what it was asked for.
    """

    def __init__(self) -> None:
        self.table = RouteTable("123456789012", "abc123", "eu-central-1", ())
        self.functions: dict[str, Function] = {}
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.seconds = 0.0
        self.ms = 1_700_000_000_123
        self.allows = True
        self.asked: list[str] = []
        self.gateway = Gateway(lambda: self.table, self._invoke, now_s=lambda: self.seconds, now_ms=lambda: self.ms)
        self.client = httpx.Client(base_url=self.gateway.url, trust_env=False)

    def routes(self, *routes: Route, **settings: Any) -> None:
        """Deploy these routes."""
        self.table = RouteTable("123456789012", "abc123", "eu-central-1", routes, **settings)

    def events_of(self, function: str) -> list[dict[str, Any]]:
        """The events one function got."""
        return [event for name, event in self.events if name == function]

    def _invoke(self, function_arn: str, payload: bytes) -> Outcome:
        event = json.loads(payload)
        self.events.append((function_arn, event))
        answer = self.functions[function_arn](event)
        return answer if isinstance(answer, Outcome) else Outcome("ok", json.dumps(answer).encode(), "request")


@pytest.fixture
def api() -> Iterator[Api]:
    api = Api()
    yield api
    api.client.close()
    api.gateway.stop()
