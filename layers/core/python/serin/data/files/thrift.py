"""Thrift's compact protocol, as far as Parquet's own metadata needs it.

https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
"""

from __future__ import annotations

from typing import Any

Struct = dict[int, Any]
_DEEPEST = 12
_LONGEST_VARINT = 10
_TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _LIST, _SET, _STRUCT = 1, 2, 3, 7, 8, 9, 10, 12
_INTEGERS = (4, 5, 6)


def read_struct(content: memoryview, start: int = 0) -> tuple[Struct, int]:
    """The struct that begins at `start`, by field number, and where it ends; ValueError when there is none.

    Nothing is made larger than the bytes it was read from give reason to: every element takes one at least.
    """
    reader = _Reader(content, start)
    try:
        return reader.struct(0), reader.at
    except IndexError as error:
        raise ValueError("the metadata ends too early") from error


class _Reader:
    def __init__(self, content: memoryview, start: int) -> None:
        self.content = content
        self.at = start

    def struct(self, depth: int) -> Struct:
        if depth > _DEEPEST:
            raise ValueError("the metadata is nested too deeply")
        fields: Struct = {}
        number = 0
        while header := self._byte():
            step, kind = header >> 4, header & 15
            number = number + step if step else self._integer()
            fields[number] = kind == _TRUE if kind in (_TRUE, _FALSE) else self._value(kind, depth)
        return fields

    def _value(self, kind: int, depth: int) -> Any:
        if kind in _INTEGERS:
            return self._integer()
        if kind == _BINARY:
            return self._bytes(self._varint())
        if kind in (_LIST, _SET):
            return self._list(depth)
        if kind == _STRUCT:
            return self.struct(depth + 1)
        if kind in (_TRUE, _FALSE, _BYTE):
            return self._byte()
        if kind == _DOUBLE:
            return self._bytes(8)
        raise ValueError(f"the metadata has a field of the kind {kind}")

    def _list(self, depth: int) -> list[Any]:
        if depth > _DEEPEST:
            raise ValueError("the metadata is nested too deeply")
        header = self._byte()
        count = header >> 4 if header >> 4 < 15 else self._varint()
        if count > len(self.content) - self.at:
            raise ValueError("the metadata has a list longer than itself")
        return [self._value(header & 15, depth + 1) for _ in range(count)]

    def _bytes(self, length: int) -> bytes:
        begin, self.at = self.at, self.at + length
        if self.at > len(self.content):
            raise ValueError("the metadata ends too early")
        return bytes(self.content[begin : self.at])

    def _byte(self) -> int:
        self.at += 1
        return self.content[self.at - 1]

    def _varint(self) -> int:
        value = 0
        for place in range(_LONGEST_VARINT):
            byte = self._byte()
            value |= (byte & 0x7F) << (7 * place)
            if byte < 0x80:
                return value
        raise ValueError("the metadata has a number of more than 64 bits")

    def _integer(self) -> int:
        value = self._varint()
        return (value >> 1) ^ -(value & 1)
