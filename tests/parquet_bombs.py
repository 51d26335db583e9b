"""Parquet files written by hand, because no honest writer lets a file contradict itself.

One column `year` of 64-bit integers, gzip pages. https://github.com/apache/parquet-format
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

MAGIC = b"PAR1"
_GIB = 2**30
# A member's header, and the empty block that ends its content. https://www.rfc-editor.org/rfc/rfc1952
_GZIP, _NO_MORE = b"\x1f\x8b\x08\0\0\0\0\0\0\xff", b"\x03\0"
_INT32, _INT64, _BINARY, _LIST, _STRUCT = 5, 6, 8, 9, 12
_DATA, _DICTIONARY = 0, 2
_PLAIN, _INDEXED = 0, 8


@dataclass(frozen=True)
class Long:
    """An integer that thrift writes as 64 bits."""

    value: int


def honest(rows: int = 10) -> bytes:
    """A file that is what it says: `rows` sevens."""
    return _file(_page(_DATA, 8 * rows, gz(struct.pack("<q", 7) * rows), rows, _PLAIN), rows)


def page_that_unpacks_to_a_gibibyte() -> bytes:
    """The footer says ten rows, the page a gibibyte, and it holds one."""
    return _file(_page(_DATA, _GIB, gzipped_zeros(_GIB), 10, _PLAIN), 10)


def page_that_lies_about_its_size() -> bytes:
    """The page says 80 bytes and unpacks to a gibibyte."""
    return _file(_page(_DATA, 80, gzipped_zeros(_GIB), 10, _PLAIN), 10)


def billions_of_rows() -> bytes:
    """One value, said to be repeated two billion times, in pages and footer alike."""
    return _repeated(struct.pack("<q", 7), 2**31 - 1, 2**31 - 1)


def footer_that_hides_billions_of_rows() -> bytes:
    """The same, with a footer of ten rows."""
    return _repeated(struct.pack("<q", 7), 2**31 - 1, 10)


def dictionary_that_says_it_is_huge() -> bytes:
    """Eight bytes of dictionary that claim to be two billion values; a decoder that believes them dies."""
    dictionary = _page(_DICTIONARY, 8, gz(struct.pack("<q", 7)), 2**31 - 1, _PLAIN)
    return _file(dictionary + _indices(10), 10, len(dictionary))


def one_text_meant_a_million_times() -> bytes:
    """A text of 60,000 bytes, said once: 60 GB when it is written out."""
    text = b"x" * 60_000
    return _repeated(struct.pack("<I", len(text)) + text, 1_000_000, 1_000_000, kind=6)


def nested(depth: int = 100_000) -> bytes:
    """A schema of records within records, which a recursive reader follows until its stack ends."""
    schema: list[Any] = [{4: b"root", 5: 1}, *[{3: 0, 4: b"a", 5: 1}] * depth, {1: 2, 3: 0, 4: b"year"}]
    return _closed(MAGIC, _struct({1: 1, 2: schema, 3: Long(1), 4: [{1: [], 2: Long(0), 3: Long(1)}]}))


def gz(content: bytes) -> bytes:
    """One gzip member."""
    packer = zlib.compressobj(9, wbits=31)
    return packer.compress(content) + packer.flush()


def gzipped_zeros(count: int) -> bytes:
    """`count` zeros as gzip, never held unpacked: a block of them is packed once, and said again and again."""
    block, packer = bytes(2**20), zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    packed, blocks = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH), count // len(block)
    checksum = reduce(lambda crc, _: zlib.crc32(block, crc), range(blocks), 0)
    return _GZIP + packed * blocks + _NO_MORE + struct.pack("<II", checksum, count)


def _repeated(value: bytes, values: int, rows: int, kind: int = 2) -> bytes:
    dictionary = _page(_DICTIONARY, len(value), gz(value), 1, _PLAIN)
    return _file(dictionary + _indices(values), rows, len(dictionary), kind)


def _indices(values: int) -> bytes:
    """Index 0 for each value, as one run."""
    run = b"\x00" + _varint(values << 1)
    return _page(_DATA, len(run), gz(run), values, _INDEXED)


def _page(kind: int, unpacked: int, packed: bytes, values: int, encoding: int) -> bytes:
    own = {1: values, 2: encoding, 3: 3, 4: 3} if kind == _DATA else {1: values, 2: encoding}
    return _struct({1: kind, 2: unpacked, 3: len(packed), 5 if kind == _DATA else 7: own}) + packed


def _file(pages: bytes, rows: int, dictionary: int = 0, kind: int = 2) -> bytes:
    """The pages of the column `year` (of which the first `dictionary` bytes are one) with a footer."""
    first = len(MAGIC)
    facts: dict[int, Any] = {
        1: kind,
        2: [0, 3, 8],
        3: [b"year"],
        4: 2,
        5: Long(rows),
        6: Long(len(pages)),
        7: Long(len(pages)),
        9: Long(first + dictionary),
    }
    if dictionary:
        facts[11] = Long(first)
    column: dict[int, Any] = {1: kind, 3: 0, 4: b"year"} | ({6: 0} if kind == 6 else {})
    group = {1: [{2: Long(first), 3: facts}], 2: Long(len(pages)), 3: Long(rows)}
    return _closed(MAGIC + pages, _struct({1: 1, 2: [{4: b"root", 5: 1}, column], 3: Long(rows), 4: [group]}))


def _closed(body: bytes, footer: bytes) -> bytes:
    return body + footer + struct.pack("<I", len(footer)) + MAGIC


def _struct(fields: Mapping[int, Any]) -> bytes:
    found, last = b"", 0
    for number in sorted(fields):
        kind, content = _value(fields[number])
        found += bytes([(number - last) << 4 | kind]) + content
        last = number
    return found + b"\0"


def _value(value: Any) -> tuple[int, bytes]:
    if isinstance(value, Long):
        return _INT64, _varint(value.value << 1)
    if isinstance(value, int):
        return _INT32, _varint(value << 1)
    if isinstance(value, bytes):
        return _BINARY, _varint(len(value)) + value
    if isinstance(value, Mapping):
        return _STRUCT, _struct(value)
    kinds = [_value(item) for item in value]
    kind = kinds[0][0] if kinds else _STRUCT
    head = bytes([len(value) << 4 | kind]) if len(value) < 15 else bytes([0xF0 | kind]) + _varint(len(value))
    return _LIST, head + b"".join(content for _, content in kinds)


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    return bytes([*found, value])
