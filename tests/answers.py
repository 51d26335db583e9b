"""What DynamoDB answers, said by a test where a client's requests go out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any, NamedTuple

from botocore.awsrequest import AWSPreparedRequest, AWSResponse


class Answer(NamedTuple):
    """A response, the headers as they are sent."""

    body: Mapping[str, Any] | bytes
    status: int = 200
    headers: Mapping[str, str] = {}


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
