"""Which route a request takes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

from infra.local.services.apigatewayv2.model import Route, RouteTable

_DEFAULT = "$default"
_LITERAL, _PARAMETER, _GREEDY = range(3)


@dataclass(frozen=True)
class Match:
    """A route and what its variables stand for."""

    route: Route
    path_parameters: Mapping[str, str]


@dataclass(frozen=True)
class _Pattern:
    route: Route
    method: str
    path: re.Pattern[str]
    precedence: tuple[object, ...]


def match(table: RouteTable, method: str, path: str) -> Match | None:
    """The most specific route for the method and the percent-encoded path below the stage; `$default` comes last."""
    patterns, default = _compiled(table.routes)
    for pattern in patterns:
        if pattern.method in {method, "ANY"}:
            matched = pattern.path.fullmatch(path)
            if matched:
                return Match(pattern.route, {name: unquote(value) for name, value in matched.groupdict().items()})
    return None if default is None else Match(default, {})


@lru_cache(maxsize=16)
def _compiled(routes: tuple[Route, ...]) -> tuple[tuple[_Pattern, ...], Route | None]:
    default = next((route for route in routes if route.key == _DEFAULT), None)
    patterns = (_pattern(route) for route in routes if route.key != _DEFAULT)
    return tuple(sorted(patterns, key=lambda pattern: pattern.precedence)), default


def _pattern(route: Route) -> _Pattern:
    method, _, path = route.key.partition(" ")
    kinds, expressions = zip(*(_segment(segment) for segment in path.split("/")), strict=True)
    # A route that names every segment goes before a greedy one; then segment by segment a literal before a variable;
    # then a method before ANY:
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
    return _Pattern(route, method, re.compile("/".join(expressions)), (_GREEDY in kinds, kinds, method == "ANY"))


def _segment(segment: str) -> tuple[int, str]:
    if not (segment.startswith("{") and segment.endswith("}")):
        return _LITERAL, re.escape(segment)
    name = segment[1:-1]
    if name.endswith("+"):
        return _GREEDY, f"(?P<{name[:-1]}>.+)"
    return _PARAMETER, f"(?P<{name}>[^/]+)"
