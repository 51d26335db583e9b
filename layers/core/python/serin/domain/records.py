"""Frozen dataclasses to plain JSON values and back: how the domain is stored and sent.

`as_record` and `from_record` are inverse. Moments are ISO 8601 in UTC, durations are seconds. Durations in ISO 8601 are
read too, as the API answers them where it describes an answer by its type.
"""

from __future__ import annotations

import json
import re
import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from serin.domain.moments import moment_text
from serin.domain.names import digest

T = TypeVar("T")
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
    value: T = _decode(kind, record, kind.__name__)
    return value


def record_digest(value: Any) -> str:
    """Names the content of a domain object: equal digests mean equal records."""
    return digest(json.dumps(as_record(value), sort_keys=True))


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _decode(kind: Any, value: Any, path: str) -> Any:
    origin = get_origin(kind)
    if kind is Any or origin is Literal:
        return value
    if origin in (Union, types.UnionType):
        return _decode_union(kind, value, path)
    if origin is tuple:
        _check(isinstance(value, (list, tuple)), "a list", value, path)
        return tuple(_decode(get_args(kind)[0], item, path) for item in value)
    if origin is not None and issubclass(origin, Mapping):
        _check(isinstance(value, Mapping), "a record", value, path)
        return {key: _decode(get_args(kind)[1], item, f"{path}.{key}") for key, item in value.items()}
    if is_dataclass(kind):
        return _decode_dataclass(kind, value, path)
    return _decode_scalar(kind, value, path)


def _decode_union(kind: Any, value: Any, path: str) -> Any:
    if value is None:
        return None
    options = [option for option in get_args(kind) if option is not type(None)]
    for option in options:
        if isinstance(option, type) and type(value) is option:
            return value
    return _decode(options[0], value, path)


def _decode_dataclass(kind: Any, value: Any, path: str) -> Any:
    _check(isinstance(value, Mapping), "a record", value, path)
    known = {f.name: f for f in fields(kind)}
    if unknown := sorted(set(value) - set(known)):
        raise ValueError(f"{path}: unknown field {unknown[0]}")
    hints = _hints(kind)
    arguments = {}
    for name, field in known.items():
        if name in value:
            arguments[name] = _decode(hints[name], value[name], f"{path}.{name}")
        elif field.default is MISSING and field.default_factory is MISSING:
            if type(None) not in get_args(hints[name]):
                raise ValueError(f"{path}: field {name} is missing")
            arguments[name] = None
    return kind(**arguments)


def _decode_scalar(kind: Any, value: Any, path: str) -> Any:
    if kind is datetime:
        _check(isinstance(value, str), "a moment", value, path)
        return datetime.fromisoformat(value.replace("Z", "+00:00"))
    if kind is timedelta and isinstance(value, str):
        return _span(value, path)
    if kind in (float, int, timedelta):
        _check(_is_number(value), "a number", value, path)
        _check(kind is not int or value == int(value), "a whole number", value, path)
        return timedelta(seconds=value) if kind is timedelta else kind(value)
    _check(isinstance(value, kind), kind.__name__, value, path)
    return value


def _span(written: str, path: str) -> timedelta:
    parts = _SPAN.fullmatch(written)
    if parts is None:
        raise ValueError(f"{path}: expected a duration such as P1DT2H, found {written!r}")
    sign, *amounts = parts.groups()
    years, days, hours, minutes, seconds = (float(amount or 0) for amount in amounts)
    span = timedelta(days=365 * years + days, hours=hours, minutes=minutes, seconds=seconds)
    return -span if sign else span


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _check(holds: bool, expected: str, value: Any, path: str) -> None:
    if not holds:
        raise ValueError(f"{path}: expected {expected}, found {type(value).__name__}")
