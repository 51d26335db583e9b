"""BatchGetItem without what botocore spends on every call: a prediction waits for it, and it is asked most of all.

The request is signed, and sent, by the client's own signer and connections; only the shapes' serialising and parsing,
the endpoint's rules and the retries are left out. Whoever calls asks botocore again where this has no answer.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from botocore.awsrequest import AWSRequest, AWSResponse
from botocore.exceptions import BotoCoreError, ClientError
from botocore.hooks import first_non_none_response

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

OPERATION = "BatchGetItem"
# botocore puts its own words for the user agent, but only where there is one.
HEADERS = {
    "X-Amz-Target": f"DynamoDB_20120810.{OPERATION}",
    "Content-Type": "application/x-amz-json-1.0",
    "User-Agent": "serin",
}
OK = 200


class BatchReads:
    """Asks DynamoDB for many items at once, one time, over the client's connections."""

    def __init__(self, client: DynamoDBClient) -> None:
        self._events: Any = client.meta.events
        self._url = client.meta.endpoint_url + "/"
        # botocore offers no other way to the connections that keep to the client's timeouts, proxies and certificates.
        self._connections: Any = client._endpoint.http_session  # type: ignore[attr-defined]

    def ask(self, items: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """What `client.batch_get_item(RequestItems=items)` answers; None when anything went wrong on the way.

        https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
        """
        body = json.dumps({"RequestItems": items}).encode()
        try:
            response = self._sent(AWSRequest("POST", self._url, dict(HEADERS), body))
        except (BotoCoreError, ClientError):
            return None
        content: bytes = response.content
        if response.status_code != OK or not _whole(response, content):
            return None
        return _object(content)

    def _sent(self, request: AWSRequest) -> AWSResponse:
        """The answer of whoever listens to what the client sends, else DynamoDB's; the client's own listener signs."""
        self._events.emit(f"request-created.dynamodb.{OPERATION}", request=request, operation_name=OPERATION)
        prepared = request.prepare()
        heard = first_non_none_response(self._events.emit(f"before-send.dynamodb.{OPERATION}", request=prepared))
        response: AWSResponse = self._connections.send(prepared) if heard is None else heard
        return response


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
