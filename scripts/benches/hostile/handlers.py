"""The functions' own handlers in this process, called with the events API Gateway sends (payload format 2.0)."""

from __future__ import annotations

import base64
import importlib.util
import io
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

from benches.hostile.requests import Answered, Sent

ROOT = Path(__file__).parents[3]


class Handlers:
    """`predict` and `api` over one world; `scopes` is what the authorizer has found."""

    def __init__(self, world: Any, predictor: Any, scopes: Sequence[str]) -> None:
        self._scopes = " ".join(scopes)
        self._predict: Any = load("predict")
        self._predict.predictor = lambda: predictor
        self._predict.platform = lambda: world
        self._api: Any = load("api")
        self._api.platform = lambda: world

    def send(self, sent: Sent) -> Answered:
        """The function's answer; an exception out of a handler is what API Gateway answers with a 500."""
        handler = self._predict if is_predicted(sent.route) else self._api
        printed = io.StringIO()
        try:
            with redirect_stdout(printed):
                answer = handler.handle(event_of(sent, self._scopes), None)
        except Exception as error:  # noqa: BLE001  # whatever it is, it is what is looked for
            return Answered(500, f"{type(error).__name__}: {error}".encode("utf-8", "replace"), printed.getvalue())
        body = answer.get("body") or ""
        raw = base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode()
        return Answered(answer["statusCode"], raw, printed.getvalue())


def is_predicted(route: str) -> bool:
    """Whether `predict` answers a route of the gateway, or of the document, which tells the protocols apart."""
    return route.endswith(("/predict", "/{proxy+}", "/invocations", "/infer"))


def load(name: str) -> Any:
    """functions/<name>/handler.py as a fresh module."""
    spec = importlib.util.spec_from_file_location(f"fuzzed_{name}", ROOT / "functions" / name / "handler.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(name)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def event_of(sent: Sent, scopes: str) -> Mapping[str, Any]:
    """The event of a request. The gateway has decoded the path, and packs what is not text as base64."""
    path = unquote_to_bytes(sent.path).decode("utf-8", "replace")
    try:
        body, packed = sent.body.decode("utf-8"), False
    except UnicodeDecodeError:
        body, packed = base64.b64encode(sent.body).decode(), True
    http = {
        "method": sent.method,
        "path": path,
        "protocol": "HTTP/1.1",
        "sourceIp": "198.51.100.7",
        "userAgent": "fuzz",
    }
    return {
        "version": "2.0",
        "routeKey": sent.route,
        "rawPath": path,
        "rawQueryString": sent.query,
        "headers": {"host": "api.example.org", "content-length": str(len(sent.body)), **sent.headers},
        "requestContext": {
            "authorizer": {"lambda": {"owner": "fuzz", "scopes": scopes}},
            "http": http,
            "requestId": "fuzz",
            "routeKey": sent.route,
            "stage": "$default",
            "timeEpoch": 1583348638390,
        },
        "body": body,
        "isBase64Encoded": packed,
    }
