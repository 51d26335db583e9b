"""DynamoDB: one writer at a time, and transactions that cost what they touch."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from moto.dynamodb.comparisons import get_filter_expression
from moto.dynamodb.exceptions import (
    ConditionalCheckFailed,
    MultipleTransactionsException,
    TooManyTransactionsException,
    TransactionCanceledException,
    TransactWriteSingleOpException,
)
from moto.dynamodb.models import DynamoDBBackend

from infra.local.moto_patches.registry import replace, wrap

_lock = threading.RLock()

_ALONE = ("put_item", "update_item", "delete_item", "get_item", "query", "scan")


def _alone(original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """moto checks a condition and writes in two steps, and iterates tables while other threads write."""
    with _lock:
        return original(*args, **kwargs)


for _name in _ALONE:
    wrap(DynamoDBBackend, _name)(_alone)


@replace(DynamoDBBackend, "transact_write_items")
def transact_write_items(backend: DynamoDBBackend, transact_items: Sequence[Mapping[str, Any]]) -> None:
    """moto copies whole tables before every transaction and puts them back, other people's writes included."""
    if len(transact_items) > 100:
        raise TooManyTransactionsException
    with _lock:
        operations = [_operation(backend, item) for item in transact_items]
        targets = [(operation["TableName"], repr(sorted(key.items()))) for _, operation, key in operations]
        if len(set(targets)) < len(targets):
            raise MultipleTransactionsException
        failures = [_failed_condition(backend, operation, key) for _, operation, key in operations]
        if any(code is not None for code, _, _ in failures):
            raise TransactionCanceledException(failures)
        _apply(backend, operations)


def _operation(backend: DynamoDBBackend, item: Mapping[str, Any]) -> tuple[str, dict[str, Any], dict[str, Any]]:
    if len(item) > 1:
        raise TransactWriteSingleOpException
    kind, operation = next(iter(item.items()))
    if kind != "Put":
        return kind, operation, operation["Key"]
    table = backend.get_table(operation["TableName"])
    names = [table.hash_key_attr, *([table.range_key_attr] if table.range_key_attr else [])]
    return kind, operation, {name: operation["Item"][name] for name in names}


def _failed_condition(backend: DynamoDBBackend, operation: Mapping[str, Any], key: dict[str, Any]) -> Any:
    current = backend.get_item(operation["TableName"], key)
    condition = operation.get("ConditionExpression")
    if condition is None:
        return None, None, None
    names, values = operation.get("ExpressionAttributeNames"), operation.get("ExpressionAttributeValues")
    if get_filter_expression(condition, names, values).expr(current):
        return None, None, None
    wanted = operation.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
    seen = current.to_json()["Attributes"] if wanted and current else None
    return "ConditionalCheckFailed", str(ConditionalCheckFailed(item=seen).message), seen


def _apply(backend: DynamoDBBackend, operations: Sequence[tuple[str, dict[str, Any], dict[str, Any]]]) -> None:
    """All writes, or none: what was already written is put back before the error goes on."""
    undo: list[tuple[str, dict[str, Any], Any]] = []
    try:
        for kind, operation, key in operations:
            before = copy.deepcopy(backend.get_item(operation["TableName"], key))
            undo.append((operation["TableName"], key, before))
            _write(backend, kind, operation, key)
    except Exception:
        for table, key, before in reversed(undo):
            if before is None:
                backend.delete_item(table, key)
            else:
                backend.put_item(table, before.to_json()["Attributes"])
        raise


def _write(backend: DynamoDBBackend, kind: str, operation: Mapping[str, Any], key: dict[str, Any]) -> None:
    table = operation["TableName"]
    names, values = operation.get("ExpressionAttributeNames"), operation.get("ExpressionAttributeValues")
    if kind == "Put":
        backend.put_item(table, operation["Item"])
    elif kind == "Delete":
        backend.delete_item(table, key)
    elif kind == "Update":
        backend.update_item(
            table,
            key,
            update_expression=operation["UpdateExpression"],
            expression_attribute_names=names or {},
            expression_attribute_values=values or {},
        )
