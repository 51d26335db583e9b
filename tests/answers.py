"""What DynamoDB answers, said by a test where a client's requests go out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from io import BytesIO
from typing import Any, NamedTuple

from botocore.awsrequest import AWSPreparedRequest, AWSRequest, AWSResponse
from botocore.exceptions import BotoCoreError, ClientError
from botocore.hooks import first_non_none_response

from serin.adapters.bare_calls import BareCalls
from serin.adapters.connections import HttpAnswer, Message
from serin.adapters.online import DynamoOnlineFeatures
from serin.adapters.signature import Keys


class Answer(NamedTuple):
    """A response, the headers as they are sent."""

    body: Mapping[str, Any] | bytes
    status: int = 200
    headers: Mapping[str, str] = {}


def calls_through(client: Any) -> BareCalls:
    """The bare calls, sent to whoever listens to what the client sends: a test, else moto."""

    def send(messages: Iterable[Message]) -> Iterator[HttpAnswer | None]:
        for headers, body in messages:
            try:
                yield answer(headers, body)
            except (BotoCoreError, ClientError):
                yield None

    def answer(headers: Mapping[str, str], body: bytes) -> HttpAnswer:
        request = AWSRequest("POST", client.meta.endpoint_url + "/", dict(headers), body).prepare()
        operation = headers["X-Amz-Target"].partition(".")[2]
        heard = client.meta.events.emit(f"before-send.dynamodb.{operation}", request=request)
        response = first_non_none_response(heard)
        names = {name.lower(): value for name, value in response.headers.items()}
        return HttpAnswer(response.status_code, names, response.content)

    region = client.meta.region_name
    return BareCalls(Keys("testing", "testing", None, region, "dynamodb"), f"dynamodb.{region}.amazonaws.com", send)


def at_once(_: float) -> None:
    """Waits for nothing."""


def online_of(client: Any, table: str, sleep: Callable[[float], None] = at_once) -> DynamoOnlineFeatures:
    """The adapter, which asks the short way first, on a client of moto's."""
    return DynamoOnlineFeatures(lambda: client, table, calls_through(client), sleep)


class Answers:
    """Keeps every such request the client sends; what `answering` returns is its answer, None leaves it to moto."""

    def __init__(
        self, client: Any, answering: Callable[[Mapping[str, Any]], Answer | None], operation: str = "BatchGetItem"
    ) -> None:
        self.requests: list[AWSPreparedRequest] = []
        self._answering = answering
        client.meta.events.register_first(f"before-send.dynamodb.{operation}", self._answer)

    def _answer(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse | None:
        self.requests.append(request)
        answer = self._answering(json.loads(request.body))
        if answer is None:
            return None
        body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        return AWSResponse(request.url, answer.status, answer.headers, _Raw(body))


class _Raw(BytesIO):
    """A body as urllib3 gives it."""

    def stream(self) -> list[bytes]:
        return [self.read()]
