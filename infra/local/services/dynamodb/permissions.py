"""DynamoDB: transactions ask for each of their parts, queries for the index they read, all for the keys they name.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from infra.local.iam.evaluation import Asked
from infra.local.iam.patterns import Context
from infra.local.iam.requests.reading import ApiRequest, named
from infra.local.services.dynamodb import leading_keys

_ON_A_TABLE = named(
    """
    CreateTable DeleteItem DeleteTable DescribeContinuousBackups DescribeTable DescribeTimeToLive GetItem
    PutItem Query Scan UpdateContinuousBackups UpdateItem UpdateTable UpdateTimeToLive
    """
)
_PARTS = {
    "Put": "dynamodb:PutItem",
    "Update": "dynamodb:UpdateItem",
    "Delete": "dynamodb:DeleteItem",
    "ConditionCheck": "dynamodb:ConditionCheckItem",
    "Get": "dynamodb:GetItem",
}


def permissions(request: ApiRequest) -> Iterable[Asked] | None:
    """The permissions; None for an operation that is not known here."""
    operation, params = request.operation, request.params
    if operation in {"TransactWriteItems", "TransactGetItems"}:
        return _of_parts(request, params["TransactItems"])
    if operation in {"BatchGetItem", "BatchWriteItem"}:
        return [
            Asked(
                f"dynamodb:{operation}", _table(request, name), leading_keys.of_items(request, name, _items(asked_for))
            )
            for name, asked_for in params["RequestItems"].items()
        ]
    if operation == "ListTables":
        return [Asked("dynamodb:ListTables", request.arn("table/*"))]
    if operation not in _ON_A_TABLE:
        return None
    table = _table(request, request.text("TableName"))
    index = request.text("IndexName")
    return [Asked(f"dynamodb:{operation}", f"{table}/index/{index}" if index else table, _named(request))]


def _of_parts(request: ApiRequest, items: Iterable[Mapping[str, Any]]) -> Iterable[Asked]:
    parts = {}
    for kind, operation in (part for item in items for part in item.items()):
        name = operation["TableName"]
        keys = leading_keys.of_items(request, name, [operation.get("Item") or operation.get("Key") or {}])
        parts[_PARTS[kind], _table(request, name), *keys.get(leading_keys.KEY, ())] = keys
    return [Asked(action, table, keys) for (action, table, *_), keys in sorted(parts.items())]


def _named(request: ApiRequest) -> Context:
    if request.operation == "Query":
        return leading_keys.of_query(request)
    item = request.params.get("Item") or request.params.get("Key")
    return leading_keys.of_items(request, request.text("TableName"), [item]) if item else {}


def _items(asked_for: Any) -> list[Mapping[str, Any]]:
    """What a batch asks for of one table: the keys it reads, or the items it puts and the keys it deletes."""
    if isinstance(asked_for, Mapping):
        return list(asked_for["Keys"])
    return [operation.get("Item") or operation["Key"] for write in asked_for for operation in write.values()]


def _table(request: ApiRequest, name: str) -> str:
    return name if name.startswith("arn:") else request.arn(f"table/{name}")
