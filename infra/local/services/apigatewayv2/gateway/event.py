"""The events functions get: payload format 2.0."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from infra.local.services.apigatewayv2.gateway.request import Request
from infra.local.services.apigatewayv2.gateway.routing import Match
from infra.local.services.apigatewayv2.model import RouteTable


def integration_event(
    table: RouteTable, request: Request, match: Match, authorized: Mapping[str, Any] | None
) -> dict[str, Any]:
    """What the route's function gets; `authorized` is what its authorizer or IAM found, where the route has one."""
    context = _request_context(table, request, match)
    if authorized is not None:
        context["authorizer"] = dict(authorized)
    event = {"version": "2.0", **_request_parts(request, match), "requestContext": context}
    if request.body:
        event["body"], event["isBase64Encoded"] = request.text_body()
    else:
        event["isBase64Encoded"] = False
    return event


def authorizer_event(table: RouteTable, request: Request, match: Match, identity: Sequence[str]) -> dict[str, Any]:
    """What a REQUEST authorizer gets."""
    return {
        "version": "2.0",
        "type": "REQUEST",
        "routeArn": table.arn_of_request(request.method, request.decoded_path),
        "identitySource": list(identity),
        **_request_parts(request, match),
        "requestContext": _request_context(table, request, match),
    }


def _request_parts(request: Request, match: Match) -> dict[str, Any]:
    parts: dict[str, Any] = {
        "routeKey": match.route.key,
        "rawPath": request.decoded_path,
        "rawQueryString": request.query,
        "headers": request.joined_headers,
    }
    optional = {
        "cookies": request.cookies,
        "queryStringParameters": request.query_parameters,
        "pathParameters": dict(match.path_parameters),
    }
    return {**parts, **{name: value for name, value in optional.items() if value}}


def _request_context(table: RouteTable, request: Request, match: Match) -> dict[str, Any]:
    moment = datetime.fromtimestamp(request.time_ms / 1000, UTC)
    return {
        "accountId": table.account,
        "apiId": table.api_id,
        "domainName": table.domain,
        "domainPrefix": table.api_id,
        "http": {
            "method": request.method,
            "path": request.decoded_path,
            "protocol": request.protocol,
            "sourceIp": request.source_ip,
            "userAgent": request.header("user-agent") or "",
        },
        "requestId": request.id,
        "routeKey": match.route.key,
        "stage": table.stage,
        "time": moment.strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "timeEpoch": request.time_ms,
    }
