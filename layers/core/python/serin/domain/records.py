"""Frozen dataclasses to plain JSON values and back: how the domain is stored and sent.

`as_record` and `from_record` are inverse. Moments are ISO 8601 in UTC, durations are seconds. Durations in ISO 8601 are
read too, as the API answers them where it describes an answer by its type.
"""

from __future__ import annotations

import json
import re
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from serin.domain.moments import moment_text
from serin.domain.names import digest

T = TypeVar("T")
Reader = Callable[[Any], Any]
_SPAN = re.compile(r"(-)?P(?:(\d+)Y)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")
"""As pydantic writes a duration, whose years have 365 days."""


def as_record(value: Any) -> Any:
    """The JSON value of a domain object; fields at None are left out."""
    if is_dataclass(value) and not isinstance(value, type):
        pairs = ((f.name, getattr(value, f.name)) for f in fields(value))
        return {name: as_record(item) for name, item in pairs if item is not None}
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Mapping):
        return {str(key): as_record(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [as_record(item) for item in value]
    return value


def from_record(kind: type[T], record: Any) -> T:
    """The domain object of class `kind` that `record` was made from.

    Raises ValueError, naming the field, for a record no `as_record` has written.
    """
    of: Any = kind
    try:
        value: T = _reader(of)(record)
    except _Misfit as misfit:
        raise ValueError(f"{kind.__name__}{misfit.path}: {misfit.reason}") from None
    return value


def record_digest(value: Any) -> str:
    """Names the content of a domain object: equal digests mean equal records."""
    return digest(json.dumps(as_record(value), sort_keys=True))


class _Misfit(Exception):
    """What is no such value, and where in the record: the path is made only now, as most records fit."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.path = ""

    def below(self, name: str) -> _Misfit:
        """The same, in the field of that name."""
        self.path = f".{name}{self.path}"
        return self


@cache
def _reader(kind: Any) -> Reader:
    """What reads a value of a type; found out once, for records are read by the thousand."""
    origin, arguments = get_origin(kind), get_args(kind)
    if kind is Any or origin is Literal:
        return _as_it_is
    if origin in (Union, types.UnionType):
        return _union(tuple(option for option in arguments if option is not type(None)))
    if origin is tuple:
        return _list(arguments[0])
    if origin is not None and issubclass(origin, Mapping):
        return _mapping(arguments[1])
    return _dataclass(kind) if is_dataclass(kind) else _scalar(kind)


def _as_it_is(value: Any) -> Any:
    return value


def _union(options: tuple[Any, ...]) -> Reader:
    as_they_are, first = frozenset(option for option in options if isinstance(option, type)), _reader(options[0])

    def read(value: Any) -> Any:
        return value if value is None or type(value) in as_they_are else first(value)

    return read


def _list(kind: Any) -> Reader:
    item = _reader(kind)

    def read(value: Any) -> Any:
        _check(isinstance(value, (list, tuple)), "a list", value)
        return tuple(map(item, value))

    return read


def _mapping(kind: Any) -> Reader:
    item = _reader(kind)

    def read(value: Any) -> Any:
        _check(isinstance(value, Mapping), "a record", value)
        return {name: _below(name, item, one) for name, one in value.items()}

    return read


def _below(name: str, reader: Reader, value: Any) -> Any:
    try:
        return reader(value)
    except _Misfit as misfit:
        raise misfit.below(name) from None


def _dataclass(kind: Any) -> Reader:
    hints = get_type_hints(kind)
    absent: dict[str, Any] = {
        field.name: ... if type(None) not in get_args(hints[field.name]) else None
        for field in fields(kind)
        if field.default is MISSING and field.default_factory is MISSING
    }
    known = frozenset(field.name for field in fields(kind))
    readers: dict[str, Reader] = {}
    """Filled as fields come: what a class is made of may hold others of that class."""

    def reader_of(name: str) -> Reader:
        if name not in readers:
            readers[name] = _reader(hints[name])
        return readers[name]

    def read(value: Any) -> Any:
        _check(isinstance(value, Mapping), "a record", value)
        if unknown := sorted(set(value) - known):
            raise _Misfit(f"unknown field {unknown[0]}")
        arguments = {name: _below(name, reader_of(name), one) for name, one in value.items()}
        for name, instead in absent.items():
            if name not in arguments:
                if instead is ...:
                    raise _Misfit(f"field {name} is missing")
                arguments[name] = instead
        return kind(**arguments)

    return read


def _scalar(kind: Any) -> Reader:
    if kind is datetime:
        return _moment
    if kind is timedelta:
        return _duration
    if kind in (float, int):
        return _whole if kind is int else _float

    def read(value: Any) -> Any:
        _check(isinstance(value, kind), kind.__name__, value)
        return value

    return read


def _moment(value: Any) -> datetime:
    _check(isinstance(value, str), "a moment", value)
    return datetime.fromisoformat(value.replace("Z", "+00:00"))


def _duration(value: Any) -> timedelta:
    return _span(value) if isinstance(value, str) else timedelta(seconds=_number(value))


def _whole(value: Any) -> int:
    _check(_number(value) == int(value), "a whole number", value)
    return int(value)


def _float(value: Any) -> float:
    return float(_number(value))


def _number(value: Any) -> Any:
    _check(isinstance(value, (int, float)) and not isinstance(value, bool), "a number", value)
    return value


def _span(written: str) -> timedelta:
    parts = _SPAN.fullmatch(written)
    if parts is None:
        raise _Misfit(f"expected a duration such as P1DT2H, found {written!r}")
    sign, *amounts = parts.groups()
    years, days, hours, minutes, seconds = (float(amount or 0) for amount in amounts)
    span = timedelta(days=365 * years + days, hours=hours, minutes=minutes, seconds=seconds)
    return -span if sign else span


def _check(holds: bool, expected: str, value: Any) -> None:
    if not holds:
        raise _Misfit(f"expected {expected}, found {type(value).__name__}")
