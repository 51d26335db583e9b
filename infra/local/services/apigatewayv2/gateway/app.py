"""The way of one request: route, throttle, authorizer, function, reply."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from http import HTTPStatus
from typing import Any

from infra.local.delivery.outcome import Outcome
from infra.local.services.apigatewayv2.gateway.authorizers import Decision, DecisionCache, decision_of, identity_of
from infra.local.services.apigatewayv2.gateway.cors import preflight_of, with_cors
from infra.local.services.apigatewayv2.gateway.event import authorizer_event, integration_event
from infra.local.services.apigatewayv2.gateway.reply import Reply, refusal, reply_of
from infra.local.services.apigatewayv2.gateway.request import Request
from infra.local.services.apigatewayv2.gateway.routing import Match, match
from infra.local.services.apigatewayv2.gateway.signatures import signer_of
from infra.local.services.apigatewayv2.gateway.throttle import Throttles
from infra.local.services.apigatewayv2.model import Invoke, Routes, RouteTable

AUTHORIZER_LIMIT_S = 10.0


Count = Callable[[RouteTable, Reply], None]
"""Told of every call, once it is answered."""


def uncounted(_table: RouteTable, _reply: Reply) -> None:
    """Nobody counts."""


class HttpApi:
    """API Gateway's HTTP API for the routes as they are at each request; functions are invoked on `threads`."""

    def __init__(
        self,
        routes: Routes,
        invoke: Invoke,
        threads: Executor,
        now_s: Callable[[], float] = time.monotonic,
        count: Count = uncounted,
        *,
        throttles: bool = True,
    ) -> None:
        self._routes = routes
        self._invoke = invoke
        self._threads = threads
        self._count = count
        self._decisions = DecisionCache(now_s)
        self._throttles = Throttles(now_s) if throttles else None

    async def answer(self, request: Request) -> Reply:
        """The response to a request; never raises for what a function did."""
        table = self._routes()
        reply = preflight_of(table.cors, request) or with_cors(table.cors, request, await self._routed(table, request))
        self._count(table, reply)
        return reply

    async def _routed(self, table: RouteTable, request: Request) -> Reply:
        path = _below_stage(table, request.path)
        matched = None if path is None else match(table, request.method, path)
        if matched is None:
            return refusal(HTTPStatus.NOT_FOUND)
        if self._throttles and not self._throttles.admits(table, matched.route):
            return refusal(HTTPStatus.TOO_MANY_REQUESTS)
        passed = await self._authorize(table, request, matched)
        if isinstance(passed, Reply):
            return passed
        return await self._integrate(table, request, matched, passed)

    async def _integrate(
        self, table: RouteTable, request: Request, matched: Match, authorized: Mapping[str, Any] | None
    ) -> Reply:
        if not table.may_invoke(matched.route.function_arn, table.source_of_route(matched.route, request.method)):
            return refusal(HTTPStatus.INTERNAL_SERVER_ERROR)
        event = integration_event(table, request, matched, authorized)
        outcome = await self._call(matched.route.function_arn, event, matched.route.timeout_s)
        return refusal(HTTPStatus.SERVICE_UNAVAILABLE) if outcome is None else reply_of(outcome)

    async def _authorize(self, table: RouteTable, request: Request, matched: Match) -> Mapping[str, Any] | Reply | None:
        """What the authorizer or IAM found, None for an open route, or the refusal."""
        if matched.route.signed:
            return _signed(table, request)
        authorizer = matched.route.authorizer
        if authorizer is None:
            return None
        identity = identity_of(authorizer, request, matched)
        if identity is None:
            return refusal(HTTPStatus.UNAUTHORIZED)
        decision = self._decisions.get(authorizer, identity)
        if decision is None:
            if not table.may_invoke(authorizer.function_arn, table.source_of_authorizer(authorizer)):
                return refusal(HTTPStatus.INTERNAL_SERVER_ERROR)
            event = authorizer_event(table, request, matched, identity)
            decision = await self._ask(authorizer.function_arn, event)
            if decision is None:
                return refusal(HTTPStatus.INTERNAL_SERVER_ERROR)
            self._decisions.put(authorizer, identity, decision)
        return {"lambda": decision.context} if decision.allowed else refusal(HTTPStatus.FORBIDDEN)

    async def _ask(self, function_arn: str, event: Mapping[str, Any]) -> Decision | None:
        outcome = await self._call(function_arn, event, AUTHORIZER_LIMIT_S)
        return None if outcome is None else decision_of(outcome)

    async def _call(self, function_arn: str, event: Mapping[str, Any], limit_s: float) -> Outcome | None:
        """None when the function took longer; it runs on, as on AWS."""
        payload = json.dumps(event, separators=(",", ":")).encode()
        call = asyncio.get_running_loop().run_in_executor(self._threads, self._invoke, function_arn, payload)
        done, _ = await asyncio.wait([call], timeout=limit_s)
        return call.result() if done else None


def _signed(table: RouteTable, request: Request) -> Mapping[str, Any] | Reply:
    """Whatever is wrong with a signature, or not allowed to who signed, HTTP APIs answer the same."""
    signer = signer_of(request, table)
    if signer is None or not signer.may_call(table.arn_of_request(request.method, request.decoded_path)):
        return refusal(HTTPStatus.FORBIDDEN)
    return {"iam": signer.identity}


def _below_stage(table: RouteTable, path: str) -> str | None:
    """The path routes are matched against; stages but `$default` are the first segment."""
    if table.stage == "$default":
        return path
    prefix = f"/{table.stage}"
    if path != prefix and not path.startswith(f"{prefix}/"):
        return None
    return path.removeprefix(prefix) or "/"
