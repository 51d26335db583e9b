"""DynamoDB's queries read the part of a table that is asked for."""

from __future__ import annotations

import operator
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table

from infra.local.moto_patches.registry import wrap

_INDEX_NAME = 4
"""Its place among the arguments of `Table.query` after what sort keys are compared with."""
_queried = threading.local()

_COMPARISONS: Mapping[str, Callable[..., bool]] = {
    **dict.fromkeys(("EQ", "="), operator.eq),
    **dict.fromkeys(("LT", "<"), operator.lt),
    **dict.fromkeys(("LE", "<="), operator.le),
    **dict.fromkeys(("GT", ">"), operator.gt),
    **dict.fromkeys(("GE", ">="), operator.ge),
    "BEGINS_WITH": str.startswith,
    "BETWEEN": lambda text, first, last: first <= text <= last,
}


@wrap(Table, "query")
def query(
    original: Callable[..., Any],
    table: Table,
    hash_key: DynamoType | None,
    comparison: str | None,
    bounds: Sequence[DynamoType],
    *arguments: Any,
    **more: Any,
) -> Any:
    """moto sorts the whole table, value by value, before it picks the items of one key, and sorts those again."""
    index = more["index_name"] if "index_name" in more else arguments[_INDEX_NAME]
    if index:
        _queried.items = _items_with(table, more.get("hash_key_conditions") or ())
    else:
        _queried.items = _in_order(_items_below(table, hash_key), comparison, bounds)
    try:
        return original(table, hash_key, comparison, bounds, *arguments, **more)
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


def _items_with(table: Table, keys: Iterable[tuple[str, DynamoType]]) -> list[Item]:
    """The items of a table that have these attributes; one may be the key that the table itself lies by."""
    asked = dict(keys)
    own_key = asked.pop(table.hash_key_attr, None)
    items = items_of(table) if own_key is None else _items_below(table, own_key)
    for name, key in asked.items():
        items = [item for item in items if (own := item.attrs.get(name)) is not None and _is_maybe(own, key)]
    return items


def _is_maybe(own: DynamoType, key: DynamoType) -> bool:
    """Whether two values may be the same; numbers are written in many ways."""
    return bool(own.type == key.type and (own.value == key.value or key.type == "N"))


def _in_order(items: list[Item], comparison: str | None, bounds: Sequence[DynamoType]) -> list[Item]:
    """Those whose sort key compares so, in its order, where it is a text: the others are left as they are."""
    if any(item.range_key is None or item.range_key.type != "S" for item in items[:1]):
        return items
    compares = _COMPARISONS.get(comparison or "")
    if compares is not None and all(bound.type == "S" for bound in bounds):
        values = [bound.value for bound in bounds]
        items = [item for item in items if compares(_sort_key(item), *values)]
    return sorted(items, key=_sort_key)


def _sort_key(item: Item) -> str:
    """The text an item is sorted by."""
    return "" if item.range_key is None else str(item.range_key.value)


def _items_below(table: Table, hash_key: DynamoType | None) -> list[Item]:
    return _listed(table.items[hash_key]) if hash_key in table.items else []


def _listed(below: Any) -> list[Item]:
    """The items of one key: by their sort keys, or the one that there is."""
    listed: Iterable[Item] = list(below.values()) if isinstance(below, dict) else [below]
    return list(listed)
