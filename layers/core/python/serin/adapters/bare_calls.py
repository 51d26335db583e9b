"""Calls of DynamoDB without botocore: they are the ones that are made most of all, and a process starts with one.

To start botocore's client takes longer than all else that a prediction needs, and each of its calls spends most of its
time on shapes, endpoints and retries. Whoever calls asks botocore where this has no answer.
"""

from __future__ import annotations

import json
import zlib
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from serin.adapters.connections import Connections, HttpAnswer, Message
from serin.adapters.signature import Keys, signed

OK = 200
_ELSEWHERE = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "AWS_CA_BUNDLE", "AWS_PROFILE")
_OTHER_ADDRESSES = ("AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")
_REGIONS = ("af-", "ap-", "ca-", "eu-", "il-", "me-", "mx-", "sa-", "us-east-", "us-west-", "us-gov-")
"""Regions whose services are called `<service>.<region>.amazonaws.com`."""

Send = Callable[[Iterable[Message]], Iterable["HttpAnswer | None"]]
"""Sends messages to DynamoDB, which works on them at the same time; None where no answer comes."""


@dataclass(frozen=True)
class Reply:
    """What DynamoDB says: the status of HTTP, and a JSON object."""

    status: int
    record: Mapping[str, Any]


class BareCalls:
    """Asks DynamoDB one time; from any thread. `host` is what the keys' signature is made for."""

    def __init__(self, keys: Keys, host: str, send: Send) -> None:
        self._keys, self._host, self._send = keys, host, send

    def ask(self, operation: str, parameters: Mapping[str, Any]) -> Reply | None:
        """The reply, of whatever status; None when none came, or it is not what DynamoDB has sent."""
        return self.ask_each(operation, [parameters])[0]

    def ask_each(self, operation: str, of_calls: Iterable[Mapping[str, Any]]) -> list[Reply | None]:
        """The replies to several calls, some of which are asked at once."""
        answers = self._send(self._message(operation, parameters) for parameters in of_calls)
        return [None if answer is None else _reply(answer) for answer in answers]

    def _message(self, operation: str, parameters: Mapping[str, Any]) -> Message:
        headers = {
            "Content-Type": "application/x-amz-json-1.0",
            "Host": self._host,
            "X-Amz-Target": f"DynamoDB_20120810.{operation}",
        }
        body = _ENCODED(parameters).encode()
        return {**signed(headers, body, self._keys), "User-Agent": "serin"}, body


def bare_calls(environment: Mapping[str, str]) -> BareCalls | None:
    """The calls a function makes with the keys and the region that Lambda gives it.

    None where these are not in the environment, or where it asks for what botocore alone knows of: proxies, profiles,
    other certificates and addresses. Then botocore is asked everything.
    """
    region = environment.get("AWS_DEFAULT_REGION") or environment.get("AWS_REGION") or ""
    key, secret = (environment.get(name) for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"))
    configured = environment.get("AWS_ENDPOINT_URL_DYNAMODB") or environment.get("AWS_ENDPOINT_URL")
    if not (key and secret and region) or any(environment.get(name) for name in (*_ELSEWHERE, *_OTHER_ADDRESSES)):
        return None
    if not configured and not region.startswith(_REGIONS):
        return None
    connections = Connections(configured or f"https://dynamodb.{region}.amazonaws.com")
    keys = Keys(key, secret, environment.get("AWS_SESSION_TOKEN"), region, "dynamodb")
    return BareCalls(keys, connections.host, connections.post)


def _base64(value: object) -> str:
    if isinstance(value, bytes):
        return b64encode(value).decode()
    raise TypeError(f"DynamoDB has no {type(value).__name__}.")


def _reply(answer: HttpAnswer) -> Reply | None:
    record = _object(answer.content) if _is_whole(answer) else None
    return None if record is None else Reply(answer.status, record)


def _object(content: bytes) -> Mapping[str, Any] | None:
    """What DynamoDB says; None for the page of a proxy, which is no JSON object."""
    try:
        answer = json.loads(content)
    except ValueError:
        return None
    return answer if isinstance(answer, dict) else None


def _is_whole(answer: HttpAnswer) -> bool:
    """Whether the content is what DynamoDB has sent."""
    expected = answer.headers.get("x-amz-crc32")
    return expected is None or int(expected) == zlib.crc32(answer.content)


_ENCODED = json.JSONEncoder(default=_base64, check_circular=False, separators=(",", ":")).encode
