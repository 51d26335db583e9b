"""DynamoDB's PutItem, of which there are more than of all else: an item that is right is written at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from moto.core.responses import ActionResult
from moto.dynamodb.comparisons import get_filter_expression
from moto.dynamodb.exceptions import ConditionalCheckFailed
from moto.dynamodb.limits import HASH_KEY_MAX_LENGTH, RANGE_KEY_MAX_LENGTH
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler

from infra.local.moto_patches.registry import wrap

_PLAIN = frozenset(
    ("TableName", "Item", "ConditionExpression", "ExpressionAttributeNames", "ExpressionAttributeValues")
)
"""What a put may ask for whose answer is empty."""
_BYTES_OF_A_CHARACTER = 4


@wrap(DynamoHandler, "put_item")
def answer_put(original: Callable[[DynamoHandler], ActionResult], handler: DynamoHandler) -> ActionResult:
    """moto goes through an item four times, and its condition twice, before it asks for it to be written."""
    asked = handler.body
    table = handler.dynamodb_backend.tables.get(asked.get("TableName")) if asked.keys() <= _PLAIN else None
    # Values and expressions were judged when the request was read (`validation.py`).
    if table is None or _key(table, asked["Item"]) is None:
        return original(handler)
    condition = asked.get("ConditionExpression")
    handler.dynamodb_backend.put_item(
        *(asked["TableName"], asked["Item"], None, condition),
        *(asked.get("ExpressionAttributeNames", {}), asked.get("ExpressionAttributeValues", {})),
        overwrite=condition is None,
    )
    return ActionResult({})


@wrap(Table, "put_item")
def put_item(
    original: Callable[..., Item],
    table: Table,
    item_attrs: dict[str, Any],
    expected: dict[str, Any] | None = None,
    condition_expression: str | None = None,
    expression_attribute_names: dict[str, str] | None = None,
    expression_attribute_values: dict[str, Any] | None = None,
    overwrite: bool = False,
    return_values_on_condition_check_failure: str | None = None,
) -> Item:
    """moto judges every value again, and asks three times which attributes are keys."""
    condition = (condition_expression, expression_attribute_names, expression_attribute_values)
    key = _key(table, item_attrs) if expected is None and return_values_on_condition_check_failure is None else None
    if key is None:
        return original(
            *(table, item_attrs, expected, *condition),
            overwrite=overwrite,
            return_values_on_condition_check_failure=return_values_on_condition_check_failure,
        )
    hash_value, range_value = key
    if not overwrite and not get_filter_expression(*condition).expr(table.get_item(hash_value, range_value)):
        raise ConditionalCheckFailed
    items: Any = table.items
    item = Item(hash_value, range_value, item_attrs)
    if range_value is None:
        items[hash_value] = item
    else:
        items[hash_value][range_value] = item
    return item


def _key(table: Table, item: Mapping[str, Any]) -> tuple[DynamoType, DynamoType | None] | None:
    """An item's key; None where anything else of the table has a say, or moto has one because the key is wrong."""
    if table.global_indexes or table.indexes or table.stream_shard is not None:
        return None
    partition = _text(item.get(table.hash_key_attr), HASH_KEY_MAX_LENGTH) if table.hash_key_type == "S" else None
    if partition is None or table.range_key_attr is None:
        return None if partition is None else (partition, None)
    part = _text(item.get(table.range_key_attr), RANGE_KEY_MAX_LENGTH) if table.range_key_type == "S" else None
    return None if part is None else (partition, part)


def _text(value: Any, most_bytes: int) -> DynamoType | None:
    """A text that may be part of a key, beyond doubt."""
    text = value.get("S") if isinstance(value, dict) else None
    if not isinstance(text, str) or not 0 < len(text) * _BYTES_OF_A_CHARACTER <= most_bytes:
        return None
    return DynamoType(value)
