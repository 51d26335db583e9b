"""DynamoDB's values that are one text, one number or some bytes, as nearly all are: keys above all."""

from __future__ import annotations

from collections.abc import Callable

from moto.dynamodb.models.dynamo_type import DynamoType

from infra.local.moto_patches.registry import replace, wrap

_AS_IT_IS = frozenset(("S", "B"))
"""Of these two values are equal where they are written alike; a number is written in many ways."""


@replace(DynamoType, "__hash__")
def hash_of(value: DynamoType) -> int:
    """moto asks of every key that is looked up for each of the kinds that a value may be of."""
    return hash((value.type, value.value if value.type in _AS_IT_IS else value.cast_value))


@replace(DynamoType, "__eq__")
def is_equal(value: DynamoType, other: DynamoType) -> bool:
    """Likewise, once for each of the two."""
    if value.type != other.type:
        return False
    return bool(value.value == other.value if value.type in _AS_IT_IS else value.cast_value == other.cast_value)


@wrap(DynamoType, "size")
def size_of(original: Callable[[DynamoType], int], value: DynamoType) -> int:
    """Likewise, for each attribute of each item that is written or read in a batch, there twice."""
    content = value.value
    if isinstance(content, bytes):
        return len(content)
    if isinstance(content, str):
        return len(content) if content.isascii() else len(content.encode())
    return original(value)
