"""DynamoDB on the wire: what is asked and answered by the ten thousand is JSON as it is kept, and goes by as it is."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any

from moto.core.common_types import TYPE_RESPONSE
from moto.core.responses import ActionResult, BaseResponse
from moto.dynamodb import responses
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.responses import DynamoHandler

from infra.local.iam.requests.bodies import PARAMETERS
from infra.local.iam.requests.reading import named
from infra.local.moto_patches.registry import add, wrap

_PLAIN = named(
    """
    BatchGetItem BatchWriteItem DeleteItem GetItem PutItem Query Scan TransactGetItems TransactWriteItems UpdateItem
    """
)
"""Operations on items: all that is in them but bytes is JSON's."""
_WRITTEN_AS_KEPT = frozenset(("S", "N", "SS", "NS", "BOOL", "NULL"))
_CONTENT_TYPE = "application/x-amz-json-1.0"


@add(DynamoHandler, "parse_parameters")
def parse_parameters(handler: DynamoHandler, request: Any) -> None:
    """moto goes through every value of a request by the model of its operation, to find those that are not JSON's."""
    if handler._get_action() in _PLAIN:
        try:
            judged = request.environ.get(PARAMETERS)
            read = _with_bytes(json.loads(handler.body) if judged is None else judged)
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
            # What there is none of is left out, as in every answer.
            body = json.dumps({name: one for name, one in result.items() if one is not None}, default=_base64)
        except TypeError:
            return BaseResponse.serialized(handler, action_result)
        return 200, {"Content-Type": _CONTENT_TYPE, **handler.response_headers}, body
    return BaseResponse.serialized(handler, action_result)


@wrap(responses, "dynamo_to_dict")
def as_answered(original: Callable[[Any], Any], value: Any) -> Any:
    """moto asks of every text and number of an answer whether it is a moment, an item or a model of something."""
    kind = type(value)
    if kind is DynamoType and value.type in _WRITTEN_AS_KEPT:
        return {value.type: value.value}
    if kind is DynamoType and value.type in ("M", "L"):
        return {value.type: as_answered(original, value.value)}
    if isinstance(value, dict):
        return {name: as_answered(original, one) for name, one in value.items()}
    if kind is list:
        return [as_answered(original, one) for one in value]
    return value if kind in (str, int, bool, float, bytes) else original(value)


def _with_bytes(read: Any) -> Any:
    """What JSON says; a value of DynamoDB's that holds bytes has these. Raises ValueError for no base64."""
    if isinstance(read, list):
        return [_with_bytes(one) for one in read]
    if not isinstance(read, dict):
        return read
    if len(read) == 1:
        ((kind, content),) = read.items()
        if type(content) is str:
            return {"B": b64decode(content, validate=True)} if kind == "B" else read
        if kind == "BS" and isinstance(content, list) and all(isinstance(text, str) for text in content):
            return {"BS": [b64decode(text, validate=True) for text in content]}
    return {name: one if type(one) is str else _with_bytes(one) for name, one in read.items()}


def _base64(value: object) -> str:
    if isinstance(value, bytes):
        return b64encode(value).decode()
    raise TypeError(f"{type(value)} is not JSON's")
