"""Of which type a column is: ODCS's logical type, or what the type in the source says where there is none."""

from __future__ import annotations

import re
from collections.abc import Mapping

from open_data_contract_standard.model import SchemaProperty

from serin.domain.contracts import ColumnType

LOGICAL: Mapping[str, ColumnType] = {
    "string": "string",
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
    "timestamp": "timestamp",
    "date": "date",
    # The time of a day is a text of its own shape.
    "time": "string",
}
NESTED = ("object", "array", "map", "vector")
"""Logical types whose values are no plain ones."""

_PHYSICAL: Mapping[ColumnType, str] = {
    "integer": "int integer bigint smallint tinyint mediumint long short byte serial bigserial smallserial "
    "int2 int4 int8 int16 int32 int64 uint8 uint16 uint32 uint64 byteint hugeint signed",
    "number": "decimal numeric number float float4 float8 float16 float32 float64 double real money smallmoney dec "
    "bignumeric bigdecimal",
    "boolean": "bool boolean bit",
    "timestamp": "timestamp timestamptz datetime datetime2 datetimeoffset smalldatetime instant",
    "date": "date date32",
}
_TYPE_OF_WORD: Mapping[str, ColumnType] = {word: kind for kind, words in _PHYSICAL.items() for word in words.split()}
_WORD = re.compile(r"[a-z]+[0-9]*")
_WHOLE = re.compile(r"\( *[0-9]+ *(, *0 *)?\)")
_PLURAL = re.compile(r"\b(array|list|struct|record|row|map|repeated|vector|tuple|nested)\b|\[\]|<")


def logical_type(item: SchemaProperty) -> str:
    """The logical type: the one that is written, else the nearest to the type in the source, else a string's."""
    if item.logicalType:
        return item.logicalType
    physical = (item.physicalType or "").lower()
    if _PLURAL.search(physical):
        return "object" if re.match(r"struct|record|row|map|nested", physical) else "array"
    word = _WORD.match(physical.strip())
    kind: ColumnType = _TYPE_OF_WORD.get(word.group(), "string") if word else "string"
    is_whole = kind == "number" and not physical.startswith("float") and _WHOLE.search(physical)
    if is_whole or physical.startswith("timestamp"):
        return "integer" if is_whole else "timestamp"
    return kind


def is_nested(item: SchemaProperty) -> bool:
    """Whether its values are objects, arrays or maps."""
    return logical_type(item) in NESTED
