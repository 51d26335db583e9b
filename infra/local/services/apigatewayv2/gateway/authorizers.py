"""Who may pass: REQUEST authorizers with simple responses, and what was decided before."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from infra.local.delivery.outcome import Outcome
from infra.local.services.apigatewayv2.gateway.request import Request
from infra.local.services.apigatewayv2.gateway.routing import Match
from infra.local.services.apigatewayv2.model import Authorizer


@dataclass(frozen=True)
class Decision:
    """What an authorizer said; `context` reaches the function."""

    allowed: bool
    context: Mapping[str, Any]


class DecisionCache:
    """Decisions by authorizer and identity, over all routes of the stage, each for its authorizer's time to live."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        self._now_s = now_s
        self._lock = threading.Lock()
        self._decisions: dict[tuple[str, tuple[str, ...]], tuple[float, Decision]] = {}

    def get(self, authorizer: Authorizer, identity: tuple[str, ...]) -> Decision | None:
        """What was decided, while it holds."""
        with self._lock:
            until, decision = self._decisions.get((authorizer.id, identity), (0.0, None))
            return decision if self._now_s() < until else None

    def put(self, authorizer: Authorizer, identity: tuple[str, ...], decision: Decision) -> None:
        """Remember; nothing without a time to live or without an identity to know it by."""
        if authorizer.ttl_s <= 0 or not identity:
            return
        now = self._now_s()
        with self._lock:
            self._decisions = {key: held for key, held in self._decisions.items() if held[0] > now}
            self._decisions[(authorizer.id, identity)] = (now + authorizer.ttl_s, decision)


def identity_of(authorizer: Authorizer, request: Request, match: Match) -> tuple[str, ...] | None:
    """The values of all identity sources; None when one is missing or empty."""
    values = [_value(source, request, match) for source in authorizer.identity_sources]
    present = tuple(value for value in values if value)
    return present if len(present) == len(values) else None


def decision_of(outcome: Outcome) -> Decision | None:
    """The authorizer's answer; None when it failed or answered in another form."""
    if outcome.status != "ok":
        return None
    try:
        answer = json.loads(outcome.payload)
    except ValueError:
        return None
    if not isinstance(answer, dict) or not isinstance(answer.get("isAuthorized"), bool):
        return None
    context = answer.get("context") or {}
    return Decision(answer["isAuthorized"], context) if isinstance(context, dict) else None


def _value(source: str, request: Request, match: Match) -> str | None:
    kind, _, name = source.rpartition(".")
    if kind == "$request.header":
        return request.header(name)
    if kind == "$request.querystring":
        return request.query_parameters.get(name)
    known = {"$context.routeKey": match.route.key, "$context.httpMethod": request.method}
    return known.get(source)
