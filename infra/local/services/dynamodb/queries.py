"""DynamoDB's queries read the part of a table that is asked for."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any

from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table

from infra.local.moto_patches.registry import wrap

_INDEX_NAME = 6
"""Its place among the arguments of `Table.query` after the key."""
_queried = threading.local()


@wrap(Table, "query")
def query(original: Callable[..., Any], table: Table, hash_key: DynamoType | None, *arguments: Any, **more: Any) -> Any:
    """moto sorts the whole table, value by value, before it picks the items of one key, and sorts those again."""
    index = more["index_name"] if "index_name" in more else arguments[_INDEX_NAME]
    _queried.items = items_of(table) if index else _items_below(table, hash_key)
    try:
        return original(table, hash_key, *arguments, **more)
    finally:
        del _queried.items


@wrap(Table, "all_items")
def all_items(original: Callable[[Table], list[Item]], table: Table) -> list[Item]:
    """Likewise: what a query has been told to look at is all there is for it."""
    items: list[Item] | None = getattr(_queried, "items", None)
    return original(table) if items is None else items


def items_of(table: Table) -> list[Item]:
    """All items of a table, in no order."""
    return [item for below in list(table.items.values()) for item in _listed(below)]


def _items_below(table: Table, hash_key: DynamoType | None) -> list[Item]:
    return _listed(table.items[hash_key]) if hash_key in table.items else []


def _listed(below: Any) -> list[Item]:
    """The items of one key: by their sort keys, or the one that there is."""
    listed: Iterable[Item] = list(below.values()) if isinstance(below, dict) else [below]
    return list(listed)
