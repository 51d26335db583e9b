"""What pages of other origins may, as the deployed API's CORS settings say; without settings the functions decide.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
"""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus

from infra.local.services.apigatewayv2.gateway.reply import Reply
from infra.local.services.apigatewayv2.gateway.request import Request
from infra.local.services.apigatewayv2.model import Cors

_PREFIX = "access-control-"


def preflight_of(cors: Cors | None, request: Request) -> Reply | None:
    """The answer to a browser that asks beforehand; None for what is to be routed."""
    if cors is None or request.method != "OPTIONS":
        return None
    if request.header("origin") is None or request.header("access-control-request-method") is None:
        return None
    return with_cors(cors, request, Reply(HTTPStatus.NO_CONTENT, (), b""), beforehand=True)


def with_cors(cors: Cors | None, request: Request, reply: Reply, beforehand: bool = False) -> Reply:
    """The reply with the settings' headers, and none of a function's own, where there are settings."""
    if cors is None:
        return reply
    kept = tuple((name, value) for name, value in reply.headers if not name.startswith(_PREFIX))
    origin = request.header("origin")
    if origin is None or not _allows(cors, origin):
        return replace(reply, headers=kept)
    told = {
        "allow-origin": "*" if "*" in cors.origins and not cors.credentials else origin,
        "allow-credentials": "true" if cors.credentials else "",
        "expose-headers": ",".join(cors.exposed),
    }
    if beforehand:
        told |= {"allow-methods": ",".join(cors.methods), "allow-headers": ",".join(cors.headers)}
        told["max-age"] = "" if cors.max_age_s is None else str(cors.max_age_s)
    return replace(reply, headers=(*kept, *((_PREFIX + name, value) for name, value in told.items() if value)))


def _allows(cors: Cors, origin: str) -> bool:
    """An origin, every one, or every one of a scheme (`https://*`)."""
    return any(
        allowed in ("*", origin) or (allowed.endswith("://*") and origin.startswith(allowed[:-1]))
        for allowed in cors.origins
    )
