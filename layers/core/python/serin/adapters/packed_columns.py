"""Columns of a bucket as bytes: numbers of one width, which are counted where they lie and never become lists."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from typing import Any

from serin.domain.bucket_columns import MISSING, Flags
from serin.domain.charter import Scalar

Column = Sequence[Scalar | None]
_SIGNED = {"b": 8, "h": 16, "i": 32, "q": 64}
_UNSIGNED = {"B": 8, "H": 16, "I": 32, "Q": 64}
_BYTES = {code: bits // 8 for code, bits in (*_SIGNED.items(), *_UNSIGNED.items(), ("d", 64))}


def packed(column: Column) -> tuple[str, bytes]:
    """How the values lie in the bytes, and these; no bytes where they are of no one width, such as texts.

    "?" are truth values; a letter of Python's `array` numbers of that width, a capital N behind it a byte each that
    says which of them are null; "" what has to be written another way.
    """
    kinds = {type(value) for value in column}
    nulls = type(None) in kinds
    kinds.discard(type(None))
    if kinds <= {bool}:
        return "?", bytes(MISSING if value is None else int(value) for value in column)
    if len(kinds) > 1 or not (code := _code(kinds.pop(), column)):
        return "", b""
    filled: list[Any] = [0 if value is None else value for value in column]
    numbers: array[Any] = array(code, filled)
    if not nulls:
        return code, numbers.tobytes()
    return f"{code}N", numbers.tobytes() + bytes(value is None for value in column)


def unpacked(code: str, content: bytes, place: int, count: int) -> tuple[Column, int]:
    """The `count` values that `packed` has written, at a place among the bytes, and the place behind them."""
    if code == "?":
        return Flags(content[place : place + count]), place + count
    end = place + count * _BYTES[code[0]]
    numbers: array[Any] = array(code[0], content[place:end])
    if code == code[0]:
        return numbers, end
    nulls = content[end : end + count]
    return tuple(None if null else number for number, null in zip(numbers, nulls, strict=True)), end + count


def narrowest(numbers: Iterable[int]) -> array[int]:
    """Whole numbers that are not negative, up to 64 bits, in the narrowest array that holds them."""
    values = list(numbers)
    most = max(values, default=0)
    return array(next((code for code, bits in _UNSIGNED.items() if most < 1 << bits), "Q"), values)


def _code(kind: type, column: Column) -> str:
    if kind is float:
        return "d"
    if kind is not int:
        return ""
    values: list[int] = [value for value in column if value is not None]  # type: ignore[misc]
    least, most = min(values), max(values)
    return next((code for code, bits in _SIGNED.items() if -(1 << bits - 1) <= least and most < 1 << bits - 1), "")
