"""Calls of DynamoDB without what botocore spends on each: they are the ones that are made most of all.

The request is signed, and sent, by the client's own signer and connections; only the shapes' serialising and parsing,
the endpoint's rules and the retries are left out. Whoever calls asks botocore again where this has no answer.
"""

from __future__ import annotations

import json
import zlib
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.awsrequest import AWSRequest, AWSResponse
from botocore.exceptions import BotoCoreError, ClientError
from botocore.hooks import first_non_none_response

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

OK = 200


@dataclass(frozen=True)
class Reply:
    """What DynamoDB says: the status of HTTP, and a JSON object."""

    status: int
    record: Mapping[str, Any]


class BareCalls:
    """Asks DynamoDB one time, over the client's connections; from any thread."""

    def __init__(self, client: DynamoDBClient) -> None:
        self._events: Any = client.meta.events
        self._url = client.meta.endpoint_url + "/"
        # botocore offers no other way to the connections that keep to the client's timeouts, proxies and certificates.
        self._connections: Any = client._endpoint.http_session  # type: ignore[attr-defined]

    def ask(self, operation: str, parameters: Mapping[str, Any]) -> Reply | None:
        """The reply, of whatever status; None when none came, or it is not what DynamoDB has sent."""
        headers = {
            "X-Amz-Target": f"DynamoDB_20120810.{operation}",
            "Content-Type": "application/x-amz-json-1.0",
            # botocore puts its own words for the user agent, but only where there is one.
            "User-Agent": "serin",
        }
        try:
            response = self._sent(
                operation, AWSRequest("POST", self._url, headers, json.dumps(parameters, default=_base64).encode())
            )
        except (BotoCoreError, ClientError):
            return None
        content: bytes = response.content
        record = _object(content) if _whole(response, content) else None
        return None if record is None else Reply(response.status_code, record)

    def _sent(self, operation: str, request: AWSRequest) -> AWSResponse:
        """The answer of whoever listens to what the client sends, else DynamoDB's; the client's own listener signs."""
        self._events.emit(f"request-created.dynamodb.{operation}", request=request, operation_name=operation)
        prepared = request.prepare()
        heard = first_non_none_response(self._events.emit(f"before-send.dynamodb.{operation}", request=prepared))
        response: AWSResponse = self._connections.send(prepared) if heard is None else heard
        return response


def _body(parameters: Mapping[str, Any]) -> bytes:
    return json.dumps(parameters, default=_base64).encode()


def _base64(value: object) -> str:
    if isinstance(value, bytes):
        return b64encode(value).decode()
    raise TypeError(f"DynamoDB has no {type(value).__name__}")


def _object(content: bytes) -> Mapping[str, Any] | None:
    """What DynamoDB says; None for the page of a proxy, which is no JSON object."""
    try:
        answer = json.loads(content)
    except ValueError:
        return None
    return answer if isinstance(answer, dict) else None


def _whole(response: AWSResponse, content: bytes) -> bool:
    """Whether the content is what DynamoDB has sent."""
    expected = response.headers.get("x-amz-crc32")
    return expected is None or int(expected) == zlib.crc32(content)
