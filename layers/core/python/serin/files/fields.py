"""What a pydantic model has room for: its fields as paths, and what a file has beyond them."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from serin.files.faults import FieldPath

ANY_NAME = "*"


@dataclass(frozen=True)
class Unknown:
    """A field in a file that its model has no room for, and the fields it has."""

    path: FieldPath
    known: tuple[str, ...]

    @property
    def suggestion(self) -> str:
        """What the writer probably meant, as a question; empty when nothing is near."""
        close = get_close_matches(str(self.path[-1]), self.known, n=1)
        return f"did you mean {close[0]}?" if close else ""


def leaf_fields(kind: Any, path: str = "") -> Iterator[str]:
    """Every field that holds a value, dotted; `*` stands for a name the user chooses."""
    for option in options(kind):
        if is_model(option):
            for name, annotation in fields(option).items():
                yield from leaf_fields(annotation, f"{path}.{name}" if path else name)
            return
        if get_origin(option) is dict:
            yield from leaf_fields(get_args(option)[1], f"{path}.{ANY_NAME}")
            return
    yield path


def unknown_fields(kind: Any, value: object, path: FieldPath = ()) -> Iterator[Unknown]:
    """The fields of `value` that `kind` does not have, outermost first; wrong types are somebody else's finding."""
    for option in options(kind):
        if is_model(option) and isinstance(value, dict):
            yield from _unknown_in_model(option, value, path)
            return
        if get_origin(option) is dict and isinstance(value, dict):
            for key, item in value.items():
                yield from unknown_fields(get_args(option)[1], item, (*path, key))
            return
        if get_origin(option) is list and isinstance(value, list):
            for index, item in enumerate(value):
                yield from unknown_fields(get_args(option)[0], item, (*path, index))
            return


def _unknown_in_model(kind: type[BaseModel], value: dict[str, object], path: FieldPath) -> Iterator[Unknown]:
    known = fields(kind)
    for key, item in value.items():
        if key in known:
            yield from unknown_fields(known[key], item, (*path, key))
        else:
            yield Unknown((*path, key), tuple(known))


def without(value: Any, path: FieldPath) -> Any:
    """A copy of `value` that lacks the field at `path`."""
    head, *rest = path
    if isinstance(value, list) and isinstance(head, int):
        return [without(item, tuple(rest)) if index == head else item for index, item in enumerate(value)]
    if not rest:
        return {key: item for key, item in value.items() if key != head}
    return {key: without(item, tuple(rest)) if key == head else item for key, item in value.items()}


def options(kind: Any) -> tuple[Any, ...]:
    """The kinds of value that may stand where an annotation is, but for none at all."""
    if get_origin(kind) is Annotated:
        return options(get_args(kind)[0])
    if get_origin(kind) in (Union, types.UnionType):
        return tuple(option for item in get_args(kind) if item is not type(None) for option in options(item))
    return (kind,)


def is_model(kind: Any) -> bool:
    """Whether it is a section with fields of its own."""
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def fields(kind: type[BaseModel]) -> Mapping[str, Any]:
    """The fields of a section by the names a file has for them."""
    return {field.alias or name: field.annotation for name, field in kind.model_fields.items()}
