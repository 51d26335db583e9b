"""What a request of DynamoDB may ask for at all, judged before anything is read or written.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple, NoReturn

from moto.core.common_types import TYPE_RESPONSE
from moto.core.utils import camelcase_to_underscores, get_service_model
from moto.dynamodb.exceptions import MockValidationException, MultipleTransactionsException
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.responses import DynamoHandler

from infra.local.moto_patches.registry import wrap
from infra.local.services.dynamodb.expressions_used import check_expressions
from infra.local.services.dynamodb.values import check_item

_MOST_TOGETHER = 4 * 1024 * 1024
_ITEMS = ("Item", "Key", "ExpressionAttributeValues", "ExclusiveStartKey")


@wrap(DynamoHandler, "call_action")
def call_action(original: Callable[[DynamoHandler], TYPE_RESPONSE], handler: DynamoHandler) -> TYPE_RESPONSE:
    """moto fails at values, limits and expressions that DynamoDB refuses, or takes them."""
    operation = handler._get_action()
    try:
        _check(operation, getattr(handler, "params", {}))
    except MockValidationException as error:
        # Refused where the operation would be done, so that it is answered like any refusal of it.
        setattr(handler, camelcase_to_underscores(operation), _refusing(error))
    return original(handler)


def _refusing(error: MockValidationException) -> Callable[[], NoReturn]:
    def refuse() -> NoReturn:
        raise error

    return refuse


def _check(operation: str, asked: Mapping[str, Any]) -> None:
    for bounds in _bounds(operation):
        _check_bounds(bounds, asked.get(bounds.name))
    for part in _parts(operation, asked):
        for name in _ITEMS:
            if part.get(name) is not None:
                check_item(part[name])
        if operation not in ("BatchGetItem", "BatchWriteItem"):
            check_expressions(part)
    if operation == "TransactWriteItems":
        _check_size(asked["TransactItems"])
    elif operation == "TransactGetItems":
        _check_once(asked["TransactItems"])


def _parts(operation: str, asked: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The request, or each request it consists of."""
    if operation.startswith("Transact"):
        for item in asked.get("TransactItems", ()):
            if not item:
                raise MockValidationException("TransactItems can only contain one of Check, Put, Update or Delete")
            yield from item.values()
    elif operation == "BatchWriteItem":
        for requests in asked["RequestItems"].values():
            for request in requests:
                yield from request.values()
    elif operation == "BatchGetItem":
        for request in asked["RequestItems"].values():
            yield from ({"Key": key} for key in request.get("Keys", ()))
    else:
        yield asked


class _Bounds(NamedTuple):
    """Of an argument: whether it has to be there, and the least and the most of its value or its length."""

    name: str
    is_required: bool
    smallest: float | None
    largest: float | None
    measure: str


@cache
def _bounds(operation: str) -> tuple[_Bounds, ...]:
    """Of each argument that has any, as the operation's model says."""
    model = get_service_model("dynamodb")
    shape = model.operation_model(operation).input_shape if operation in model.operation_names else None
    if shape is None:
        return ()
    found = (
        _Bounds(
            name,
            name in shape.required_members,
            member.metadata.get("min"),
            member.metadata.get("max"),
            "value" if member.type_name in ("integer", "long") else "length",
        )
        for name, member in shape.members.items()
    )
    return tuple(one for one in found if one.is_required or (one.smallest, one.largest) != (None, None))


def _check_bounds(bounds: _Bounds, value: Any) -> None:
    if value is None:
        if bounds.is_required:
            _refuse(bounds.name, "null", "not be null")
        return
    shown = f"'{value}'" if isinstance(value, str | int) else f"'[{len(value)} members]'" if value else "'[]'"
    size = value if bounds.measure == "value" else len(value)
    if bounds.smallest is not None and size < bounds.smallest:
        _refuse(bounds.name, shown, f"have {bounds.measure} greater than or equal to {bounds.smallest:g}")
    if bounds.largest is not None and size > bounds.largest:
        _refuse(bounds.name, shown, f"have {bounds.measure} less than or equal to {bounds.largest:g}")


def _refuse(name: str, shown: str, constraint: str) -> NoReturn:
    field = f"{name[0].lower()}{name[1:]}"
    failed = f"Value {shown} at '{field}' failed to satisfy constraint: Member must {constraint}"
    raise MockValidationException(f"1 validation error detected: {failed}")


def _check_size(items: list[Mapping[str, Any]]) -> None:
    written = [operation["Item"] for item in items for operation in item.values() if "Item" in operation]
    if sum(map(_size, written)) > _MOST_TOGETHER:
        raise MockValidationException("The aggregate size of the items in the transaction exceeded 4 MB.")


def _size(item: Mapping[str, Any]) -> int:
    return sum(len(name.encode()) + DynamoType(value).size() for name, value in item.items())


def _check_once(items: list[Mapping[str, Any]]) -> None:
    places = [(item["Get"]["TableName"], repr(sorted(item["Get"]["Key"].items()))) for item in items]
    if len(set(places)) < len(places):
        raise MultipleTransactionsException
