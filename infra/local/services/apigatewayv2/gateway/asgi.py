"""The gateway as an ASGI application: bytes of HTTP in, bytes of HTTP out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from infra.local.door.visitors import wrong_host
from infra.local.services.apigatewayv2.gateway.app import HttpApi
from infra.local.services.apigatewayv2.gateway.reply import Reply, refusal
from infra.local.services.apigatewayv2.gateway.request import Request, new_request_id

BODY_LIMIT = 10 * 1024 * 1024
"""Bytes API Gateway takes."""

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class AsgiGateway:
    """Reads a request, has it answered, writes the reply with its `apigw-requestid`."""

    def __init__(self, api: HttpApi, now_ms: Callable[[], int]) -> None:
        self._api = api
        self._now_ms = now_ms

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """One request, to this machine: another name that was resolved to it is a page's (DNS rebinding)."""
        refused = wrong_host(_host(scope), scope["server"][1])
        if refused is not None:
            await _send(send, refusal(HTTPStatus.FORBIDDEN, refused), new_request_id())
            return
        body = await _body(receive)
        if body is None:
            await _send(send, refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE), new_request_id())
            return
        request = _request(scope, body, self._now_ms())
        await _send(send, await self._api.answer(request), request.id)


def _host(scope: dict[str, Any]) -> str | None:
    """The one it names."""
    hosts = [value.decode("latin-1") for name, value in scope["headers"] if name.lower() == b"host"]
    return hosts[0] if len(hosts) == 1 else None


async def _body(receive: Receive) -> bytes | None:
    """None when it is longer than API Gateway takes."""
    parts: list[bytes] = []
    size, more = 0, True
    while more:
        message = await receive()
        part: bytes = message.get("body", b"")
        parts.append(part)
        size += len(part)
        if size > BODY_LIMIT:
            return None
        more = message.get("more_body", False)
    return b"".join(parts)


def _request(scope: dict[str, Any], body: bytes, time_ms: int) -> Request:
    return Request(
        method=scope["method"],
        path=scope["raw_path"].decode("latin-1"),
        query=scope["query_string"].decode("latin-1"),
        headers=[(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in scope["headers"]],
        body=body,
        source_ip=scope["client"][0],
        port=scope["server"][1],
        time_ms=time_ms,
        protocol=f"HTTP/{scope['http_version']}",
    )


async def _send(send: Send, reply: Reply, request_id: str) -> None:
    # The length is the gateway's to say, whatever the function said.
    headers = [(name, value) for name, value in reply.headers if name not in {"content-length", "transfer-encoding"}]
    headers += [("content-length", str(len(reply.body))), ("apigw-requestid", request_id)]
    encoded = [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in headers]
    await send({"type": "http.response.start", "status": reply.status, "headers": encoded})
    await send({"type": "http.response.body", "body": reply.body})
