"""DynamoDB on the wire: what is asked and answered by the ten thousand is JSON as it is kept, and goes by as it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from moto.core.common_types import TYPE_RESPONSE
from moto.core.responses import ActionResult, BaseResponse
from moto.dynamodb.responses import DynamoHandler

from infra.local.moto_patches.registry import add

_PLAIN = frozenset({"GetItem", "BatchGetItem", "PutItem"})
_CONTENT_TYPE = "application/x-amz-json-1.0"
_BINARY = ('"B"', '"BS"')
"""Values that are bytes on one side and base64 on the other."""


@add(DynamoHandler, "parse_parameters")
def parse_parameters(handler: DynamoHandler, request: Any) -> None:
    """moto goes through every value of a request by the model of its operation, to find those that are not JSON's."""
    if handler._get_action() in _PLAIN and not any(kind in handler.body for kind in _BINARY):
        try:
            read = json.loads(handler.body)
        except ValueError:
            read = None
        if isinstance(read, dict):
            handler.params = read
            return
    BaseResponse.parse_parameters(handler, request)


@add(DynamoHandler, "serialized")
def serialized(handler: DynamoHandler, action_result: ActionResult) -> TYPE_RESPONSE:
    """moto goes through every value of an answer likewise, which is most of what it costs to read a hundred items."""
    result = action_result.result
    if handler._get_action() in _PLAIN and isinstance(result, dict):
        try:
            body = json.dumps(result, default=_no_json)
        except TypeError:
            return BaseResponse.serialized(handler, action_result)
        return 200, {"Content-Type": _CONTENT_TYPE, **handler.response_headers}, body
    return BaseResponse.serialized(handler, action_result)


def _no_json(value: object) -> Callable[[], None]:
    raise TypeError(f"{type(value)} is not JSON's")
