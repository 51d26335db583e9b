"""Every field of a charter as one file sets it, or as it is where the file leaves it out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from serin.files.charter_schema import CharterFile
from serin.files.charters import read_charter
from serin.files.durations import written
from serin.files.fields import ANY_NAME, is_model, leaf_fields, options
from serin.files.yaml_files import read_document

_ABSENT = object()


@dataclass(frozen=True)
class FieldValue:
    """A field of a charter: its path in the file, the pattern of its kind, and its value as one would write it.

    `is_set` where the file has it; else `value` is what holds without it, None where that is no value.
    """

    path: str
    pattern: str
    value: str | None
    is_set: bool


def read_fields(path: Path) -> tuple[FieldValue, ...]:
    """All fields of the charter in `path`; raises Invalid as `read_charter` does."""
    read_charter(path)
    return tuple(_walk(CharterFile, read_document(path).value, _ABSENT, "", ""))


def _walk(kind: Any, value: object, default: object, path: str, pattern: str) -> Iterator[FieldValue]:
    """The fields below one place: `default` is what stands there without a value."""
    for option in options(kind):
        if is_model(option) and (isinstance(value, Mapping) or isinstance(default, BaseModel)):
            yield from _section(option, value, default, path, pattern)
            return
        if get_origin(option) is dict and isinstance(value, Mapping) and value:
            for name, item in value.items():
                inner = get_args(option)[1]
                yield from _walk(inner, item, _ABSENT, _below(path, str(name)), _below(pattern, ANY_NAME))
            return
    if value is _ABSENT or value == {}:
        yield from _left_out(kind, default, path, pattern)
    else:
        yield FieldValue(path, pattern, _text(value), is_set=True)


def _section(section: type[BaseModel], value: object, default: object, path: str, pattern: str) -> Iterator[FieldValue]:
    there: Mapping[str, Any] = value if isinstance(value, Mapping) else {}
    for attribute, info in section.model_fields.items():
        name = info.alias or attribute
        without = getattr(default, attribute) if isinstance(default, section) else _default(info)
        yield from _walk(
            info.rebuild_annotation(), there.get(name, _ABSENT), without, _below(path, name), _below(pattern, name)
        )


def _left_out(kind: Any, default: object, path: str, pattern: str) -> Iterator[FieldValue]:
    """A field without a value, or all of a section or a list of names that is not there."""
    nothing = default is _ABSENT or default is None or default == {}
    for leaf, its_pattern in zip(leaf_fields(kind, path), leaf_fields(kind, pattern), strict=True):
        yield FieldValue(leaf, its_pattern, None if nothing else _text(default), is_set=False)


def _default(info: FieldInfo) -> object:
    return _ABSENT if info.is_required() else info.get_default(call_default_factory=True)


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _text(value: object) -> str:
    """As one would write it: words bare, everything else as JSON, which YAML is too."""
    if isinstance(value, timedelta):
        return written(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
