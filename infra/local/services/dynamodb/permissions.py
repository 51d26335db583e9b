"""DynamoDB: transactions ask for each of their parts, queries for the index they read.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from infra.local.iam.evaluation import Asked
from infra.local.iam.requests.reading import ApiRequest, named

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
        return [Asked(f"dynamodb:{operation}", _table(request, name)) for name in params["RequestItems"]]
    if operation == "ListTables":
        return [Asked("dynamodb:ListTables", request.arn("table/*"))]
    if operation not in _ON_A_TABLE:
        return None
    table = _table(request, request.text("TableName"))
    index = request.text("IndexName")
    return [Asked(f"dynamodb:{operation}", f"{table}/index/{index}" if index else table)]


def _of_parts(request: ApiRequest, items: Iterable[Mapping[str, Any]]) -> Iterable[Asked]:
    parts = [part for item in items for part in item.items()]
    wanted = {(_PARTS[kind], _table(request, operation["TableName"])) for kind, operation in parts}
    return [Asked(action, table) for action, table in sorted(wanted)]


def _table(request: ApiRequest, name: str) -> str:
    return name if name.startswith("arn:") else request.arn(f"table/{name}")
