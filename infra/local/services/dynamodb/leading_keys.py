"""`dynamodb:LeadingKeys`: the partition keys a request names.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
A scan names none, and neither does what cannot be read: the key is then missing from the request's context.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from moto.dynamodb.exceptions import MockValidationException
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.parsing.key_condition_expression import parse_expression

from infra.local.iam.patterns import Context
from infra.local.iam.requests.reading import ApiRequest

Item = Mapping[str, Any]
KEY = "dynamodb:leadingkeys"


def of_items(request: ApiRequest, table: str, items: Iterable[Item]) -> Context:
    """The partition keys of items or of their keys."""
    schema = _schema(request, table)
    return _context([item.get(name) for item in items for name in _partition(schema)])


def of_query(request: ApiRequest) -> Context:
    """The partition key whose items are queried, of the table or of the index that is read."""
    schema = _schema(request, request.text("TableName"), request.text("IndexName"))
    older = request.params.get("KeyConditions") or {}
    values = [value for name in _partition(schema) if name in older for value in older[name]["AttributeValueList"]]
    if "KeyConditionExpression" in request.params:
        values += _compared(request.params, schema)
    return _context(values)


def _compared(params: Item, schema: list[dict[str, str]]) -> list[Any]:
    try:
        compared, _, _ = parse_expression(
            params["KeyConditionExpression"],
            params.get("ExpressionAttributeValues") or {},
            params.get("ExpressionAttributeNames") or {},
            schema,
        )
    except (MockValidationException, AssertionError, KeyError, TypeError, StopIteration):
        # What moto cannot read it does not answer either.
        return [None]
    return [value for _, value in compared]


def _context(values: list[Any]) -> Context:
    """Of nothing, or of anything that is no value, nothing can be said."""
    texts = [str(next(iter(value.values()))) for value in values if isinstance(value, dict) and len(value) == 1]
    return {KEY: tuple(sorted(set(texts)))} if values and len(texts) == len(values) else {}


def _partition(schema: list[dict[str, str]]) -> list[str]:
    return [one["AttributeName"] for one in schema if one["KeyType"] == "HASH"]


def _schema(request: ApiRequest, table: str, index: str = "") -> list[dict[str, str]]:
    """Empty for a table or an index that is not there."""
    known = dynamodb_backends[request.account][request.region].tables.get(table.rpartition("/")[2])
    if known is None:
        return []
    if not index:
        return list(known.schema)
    index_schema = next((one for one in known.all_indexes() if one.name == index), None)
    return [] if index_schema is None else list(index_schema.schema)
