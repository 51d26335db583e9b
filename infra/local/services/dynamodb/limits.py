"""How much DynamoDB takes at once.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from moto.core.responses import ActionResult
from moto.dynamodb.exceptions import ItemSizeTooLarge, MockValidationException
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.utilities import bytesize
from moto.dynamodb.responses import DynamoHandler

from infra.local.moto_patches.registry import replace, wrap

MOST_BYTES = 400 * 1024
"""Of an item: its attributes' names and values."""
_MOST_WRITES = 25
_TOO_MANY = (
    "1 validation error detected: Value at 'requestItems' failed to satisfy constraint: Map value must satisfy "
    f"constraint: [Member must have length less than or equal to {_MOST_WRITES}, Member must have length greater than "
    "or equal to 1]"
)


@replace(LimitedSizeDict, "__setitem__")
def set_attribute(item: LimitedSizeDict, key: str, value: Any) -> None:
    """moto refuses items from 405,000 bytes on."""
    size = sum(_size(name) + _size(one) for name, one in item.items() if name != key)
    if size + _size(key) + _size(value) > MOST_BYTES:
        raise ItemSizeTooLarge
    dict.__setitem__(item, key, value)


@replace(Item, "__init__")
def init_item(item: Item, hash_key: DynamoType, range_key: DynamoType | None, attrs: Mapping[str, Any]) -> None:
    """moto adds up an item anew for each attribute it is given."""
    item.hash_key, item.range_key, item.attrs = hash_key, range_key, LimitedSizeDict()
    size = 0
    for name, value in attrs.items():
        kept = DynamoType(value)
        size += _size(name) + _size(kept)
        dict.__setitem__(item.attrs, name, kept)
    if size > MOST_BYTES:
        raise ItemSizeTooLarge


def _size(value: Any) -> int:
    return int(value.size() if isinstance(value, DynamoType) else bytesize(str(value)))


@wrap(DynamoHandler, "batch_write_item")
def batch_write_item(original: Callable[[DynamoHandler], ActionResult], handler: DynamoHandler) -> ActionResult:
    """moto writes as many as there are."""
    tables: Mapping[str, list[Any]] = handler.body["RequestItems"]
    if sum(map(len, tables.values())) > _MOST_WRITES:
        raise MockValidationException(_TOO_MANY)
    return original(handler)
