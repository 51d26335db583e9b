"""Sending hostile requests: into the handlers of this process, or over HTTP."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from itertools import islice
from typing import Any

import httpx

from benches.hostile.bodies import Instance, api_requests, predict_requests
from benches.hostile.handlers import Handlers, is_predicted
from benches.hostile.protocols import protocol_requests
from benches.hostile.requests import Answered, Sent
from benches.hostile.schema import operations, send_schema_requests
from benches.hostile.tally import Tally

# Of what goes to the handlers: schemathesis, and what it costs, is in proportion to what it finds.
SCHEMA_SHARE, API_SHARE, PROTOCOL_SHARE = 0.1, 0.3, 0.2
_PATIENCE = 200


def fuzz_handlers(handlers: Handlers, model: str, dataset: str, good: Instance, count: int, seed: int) -> Tally:
    """`count` requests into the handlers: a tenth made of /openapi.json, three to the API, the rest to predict.

    Of these two in the protocols of other servers.
    """
    tally = Tally()

    def send(sent: Sent) -> None:
        tally.add("handler", sent, handlers.send(sent))

    document = document_of(handlers)
    routes = api_routes(document)
    send_schema_requests(document, int(count * SCHEMA_SHARE), seed, send)
    for sent in islice(api_requests(routes, model, dataset, seed), int(count * API_SHARE)):
        send(sent)
    for sent in islice(protocol_requests(model, good, seed), int(count * PROTOCOL_SHARE)):
        send(sent)
    for sent in islice(predict_requests(model, good, seed), count - tally.requests):
        send(sent)
    return tally


def api_routes(document: Mapping[str, Any]) -> list[str]:
    """The routes the API's own function answers."""
    return [route for route in operations(document) if not is_predicted(route)]


def document_of(handlers: Handlers) -> Mapping[str, Any]:
    """The OpenAPI document as the API serves it."""
    answered = handlers.send(Sent("document", "GET /openapi.json", "/openapi.json"))
    document: Mapping[str, Any] = json.loads(answered.body)
    return document


def send_http(client: httpx.Client, sent: Sent) -> Answered:
    """The platform's answer. A throttled request is sent again: the limit is not what is looked at."""
    url = httpx.URL(str(client.base_url)).copy_with(raw_path=_raw_path(sent))
    for _ in range(_PATIENCE):
        response = client.request(sent.method, url, content=sent.body or None, headers=_headers(sent))
        if response.status_code != 429:
            break
        time.sleep(0.05)
    return Answered(response.status_code, response.content)


def _raw_path(sent: Sent) -> bytes:
    return f"{sent.path}?{sent.query}".encode() if sent.query else sent.path.encode()


def _headers(sent: Sent) -> dict[str, str]:
    return {name: value for name, value in sent.headers.items() if value.isprintable() and name != "content-length"}
