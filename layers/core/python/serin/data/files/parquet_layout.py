"""What a Parquet file says of itself, checked before anything is decoded.

A few bytes can stand for gigabytes: a page that unpacks to more than it takes, a footer that promises less
than the pages hold, a text said once and meant a billion times. So the footer and every page's header are
read here, and a file beyond the caps, or whose parts contradict each other, never reaches the decoder.
https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any
from zlib import crc32

from serin.data.files.table import Caps
from serin.data.files.thrift import Struct, read_struct
from serin.domain.errors import Rejected, TooLarge
from serin.domain.printable import printable

MAGIC = b"PAR1"
_TAIL = 8
_DICTIONARY_PAGE = 2
_DEEPEST = 32
# Types the engine does not know: the converted type, the digits of a decimal, the newest logical type.
_INTERVAL, _MOST_DIGITS, _NEWEST_TYPE = 21, 38, 15
# Field numbers of parquet.thrift.
_SCHEMA, _ROWS, _GROUPS, _ENCRYPTION = 2, 3, 4, 8
_NAME, _CHILDREN, _REPETITION, _REPEATED = 4, 5, 3, 2
_CONVERTED, _PRECISION, _LOGICAL = 6, 8, 10
_CHUNKS, _GROUP_ROWS = 1, 3
_FILE_PATH, _CHUNK = 1, 3
_CHUNK_VALUES, _CHUNK_BYTES, _DATA_AT, _DICTIONARY_AT = 5, 7, 9, 11
_PAGE_TYPE, _UNPACKED, _PACKED, _CHECKSUM = 1, 2, 3, 4
_WORD = 0xFFFFFFFF
_HEADER_OF_TYPE: Mapping[int, int] = {0: 5, _DICTIONARY_PAGE: 7, 3: 8}
_PAGE_VALUES = 1
_ENCODING_OF_TYPE: Mapping[int, int] = {0: 2, _DICTIONARY_PAGE: 2, 3: 4}
_PREFIXED = 7


@dataclass(frozen=True)
class Layout:
    """The columns in their order, how many rows there are, and which columns hold lists or records."""

    columns: tuple[str, ...]
    rows: int
    nested: frozenset[str] = frozenset()


@dataclass(frozen=True)
class _Schema:
    """The columns, those that hold lists or records, and of each chunk in a row group whether it is such a column's."""

    columns: tuple[str, ...]
    nested: frozenset[str]
    leaves: tuple[bool, ...]


@dataclass(frozen=True)
class _Page:
    kind: int
    unpacked: int
    values: int
    encoding: int


def read_layout(name: str, content: memoryview, caps: Caps) -> Layout:
    """What the file holds; raises TooLarge beyond the caps, Rejected for what contradicts itself.

    Columns that hold lists or records are passed over: nobody decodes them.
    """
    try:
        return _layout(name, content, caps)
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        # Field of another type than parquet.thrift gives it: a footer nobody's writer has written.
        raise _damaged(name, str(error) if isinstance(error, ValueError) else "its footer is incomplete") from error


def _layout(name: str, content: memoryview, caps: Caps) -> Layout:
    footer, _ = read_struct(_footer(name, content, caps))
    if _ENCRYPTION in footer:
        raise Rejected(f"{name}: has encrypted columns.", "Write the file without encryption.")
    schema = _schema(name, footer[_SCHEMA], caps)
    rows = footer[_ROWS]
    if rows > caps.rows:
        raise TooLarge(f"{name}: has {rows:,} rows; {caps.rows:,} are allowed.", "Split the file and upload each part.")
    groups = footer[_GROUPS]
    if sum(group[_GROUP_ROWS] for group in groups) != rows or any(group[_GROUP_ROWS] < 0 for group in groups):
        raise ValueError("its row groups do not add up to its rows")
    _check_pages(name, content, groups, schema.leaves, caps)
    return Layout(schema.columns, rows, schema.nested)


def _footer(name: str, content: memoryview, caps: Caps) -> memoryview:
    length = int.from_bytes(content[-_TAIL:-4], "little")
    if content[-4:] != MAGIC or length > len(content) - _TAIL - len(MAGIC):
        raise ValueError("its end is missing")
    if length > caps.metadata:
        raise TooLarge(
            f"{name}: its footer has {length:,} bytes; {caps.metadata:,} are allowed.",
            "Write fewer and larger row groups.",
        )
    return content[len(content) - _TAIL - length : len(content) - _TAIL]


def _schema(name: str, schema: list[Struct], caps: Caps) -> _Schema:
    if len(schema) - 1 > caps.columns:
        raise TooLarge(f"{name}: has {len(schema) - 1:,} columns; {caps.columns:,} are allowed.", "Drop some columns.")
    texts = [element[_NAME].decode("utf-8") for element in schema[1:]]
    if sum(len(text) for text in texts) > caps.header:
        raise TooLarge(f"{name}: its column names are longer than {caps.header:,} bytes.", "Shorten them.")
    for element, text in zip(schema[1:], texts, strict=True):
        _refuse_unknown(name, element, text)
    columns: list[str] = []
    nested: set[str] = set()
    leaves: list[bool] = []
    place = 1
    while place < len(schema):
        behind = _behind(schema, place)
        column = texts[place - 1]
        if behind - place > 1 or schema[place].get(_CHILDREN) or schema[place].get(_REPETITION) == _REPEATED:
            nested.add(column)
        columns.append(column)
        leaves += [column in nested] * sum(not element.get(_CHILDREN) for element in schema[place:behind])
        place = behind
    if schema[0].get(_CHILDREN) != len(columns):
        raise ValueError("its schema does not add up")
    return _Schema(tuple(columns), frozenset(nested), tuple(leaves))


def _refuse_unknown(name: str, element: Struct, text: str) -> None:
    """The engine cannot open a file that has such a column anywhere, so nothing but its name can be said."""
    kind = "an interval" if element.get(_CONVERTED) == _INTERVAL else ""
    if element.get(_PRECISION, 0) > _MOST_DIGITS:
        kind = f"decimals of {element[_PRECISION]} digits"
    if any(number > _NEWEST_TYPE for number in element.get(_LOGICAL, ())):
        kind = "values of a type that came with a newer Parquet"
    if kind:
        raise Rejected(
            f"{name}: column '{printable(text)}' holds {kind}, which cannot be read or passed over.",
            "Leave the column out, or write its values as texts.",
        )


def _behind(schema: list[Struct], place: int) -> int:
    """The place behind an element and all that is in it; what is written there in order is a tree."""
    to_come = [1]
    while to_come:
        to_come[-1] -= 1
        to_come.append(schema[place].get(_CHILDREN) or 0)
        place += 1
        while to_come and not to_come[-1]:
            to_come.pop()
        if len(to_come) > _DEEPEST:
            raise ValueError(f"a column is nested more than {_DEEPEST} deep")
    return place


def _check_pages(name: str, content: memoryview, groups: list[Struct], leaves: Sequence[bool], caps: Caps) -> None:
    unpacked, pages = 0, 0
    for group in groups:
        before, chunks = unpacked, group[_CHUNKS]
        if len(chunks) != len(leaves):
            raise ValueError("a row group lacks columns")
        for chunk in compress(chunks, (not nested for nested in leaves)):
            values = 0
            for page in _pages(content, chunk):
                unpacked, pages = unpacked + page.unpacked, pages + 1
                values += 0 if page.kind == _DICTIONARY_PAGE else page.values
                _check_page(name, page, pages, caps)
                _check_size(name, unpacked - before, unpacked, caps)
            if not values == chunk[_CHUNK][_CHUNK_VALUES] == group[_GROUP_ROWS]:
                raise ValueError("its pages do not hold the rows that its footer says")


def _check_size(name: str, group: int, whole: int, caps: Caps) -> None:
    if group > caps.together:
        raise TooLarge(
            f"{name}: a row group unpacks to more than {caps.together:,} bytes.", "Write smaller row groups."
        )
    if whole > caps.unpacked:
        raise TooLarge(
            f"{name}: unpacks to more than {caps.unpacked:,} bytes.",
            "Split the file into smaller ones and upload each.",
        )


def _check_page(name: str, page: _Page, pages: int, caps: Caps) -> None:
    if pages > caps.pages:
        raise TooLarge(f"{name}: has more than {caps.pages:,} pages.", "Write fewer and larger pages.")
    if page.kind == _DICTIONARY_PAGE and page.values > page.unpacked:
        raise ValueError("a dictionary has more values than bytes")
    if page.encoding == _PREFIXED:
        # Each value repeats the one before it as far as it likes: the only encoding whose size nothing tells.
        raise Rejected(
            f"{name}: is written with the encoding DELTA_BYTE_ARRAY.", "Write it with plain or dictionary encoding."
        )


def _pages(content: memoryview, chunk: Struct) -> Iterator[_Page]:
    if _FILE_PATH in chunk:
        raise ValueError("a column is in another file")
    facts = chunk[_CHUNK]
    if facts[_CHUNK_VALUES] == facts[_CHUNK_BYTES] == 0:
        return
    start = facts.get(_DICTIONARY_AT) or facts[_DATA_AT]
    end = start + facts[_CHUNK_BYTES]
    # A row group without rows may have a dictionary and no page of data, which then lies nowhere.
    data = start if facts[_CHUNK_VALUES] == 0 and not facts[_DATA_AT] else facts[_DATA_AT]
    if not len(MAGIC) <= start <= data <= end <= len(content):
        raise ValueError("a column is not where its footer says")
    while start < end:
        header, behind = read_struct(content[:end], start)
        start = behind + header[_PACKED]
        if header[_PACKED] < 0 or header[_UNPACKED] < 0 or start > end:
            raise ValueError("a page is longer than its column")
        # The engine does not look at checksums.
        if _CHECKSUM in header and crc32(content[behind:start]) != header[_CHECKSUM] & _WORD:
            raise ValueError("a page is not what its checksum says: it was damaged on the way")
        yield _page(header)


def _page(header: Struct) -> _Page:
    kind = header[_PAGE_TYPE]
    if kind not in _HEADER_OF_TYPE:
        raise ValueError(f"it has a page of the type {kind}")
    own: dict[int, Any] = header[_HEADER_OF_TYPE[kind]]
    if own[_PAGE_VALUES] < 0:
        raise ValueError("a page has fewer than no values")
    return _Page(kind, header[_UNPACKED], own[_PAGE_VALUES], own[_ENCODING_OF_TYPE[kind]])


def _damaged(name: str, found: str) -> Rejected:
    return Rejected(
        f"{name}: cannot be read as Parquet ({printable(found, 100)}).", "Write the file again and upload it."
    )
