"""HTTP API → predict. Bare: no framework, and nothing of the model is loaded before a right request needs it."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from serin.bootstrap import platform
from serin.domain.errors import NotReleased
from serin.services.predict import Predictor, Reply, Request, refusal
from serin.serving.package import find_package


def handle(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Answer one request; the lines on stdout are the prediction log."""
    try:
        reply = predictor().predict(request_from(event))
    except NotReleased as error:
        reply = refusal(error)
    for line in reply.log:
        print(line)
    return http_answer(reply)


@cache
def predictor() -> Predictor:
    """The model this function version holds; NotReleased, every time, for the bootstrap version."""
    world = platform()
    return Predictor(find_package(), world.model_version, world.model_sha256, world.online, world.clock)


def request_from(event: Mapping[str, Any]) -> Request:
    """The request in an HTTP API event (payload 2.0)."""
    context = event["requestContext"]
    body = event.get("body") or ""
    raw = base64.b64decode(body) if event.get("isBase64Encoded") else body.encode()
    scopes = context.get("authorizer", {}).get("lambda", {}).get("scopes", "")
    return Request(context["requestId"], raw, tuple(scopes.split()))


def http_answer(reply: Reply) -> dict[str, Any]:
    """The reply as the HTTP API takes it."""
    headers = {"content-type": "application/json"}
    return {"statusCode": reply.status, "headers": headers, "body": json.dumps(reply.body)}
