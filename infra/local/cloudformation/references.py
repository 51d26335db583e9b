"""What a part of a template refers to, by name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

VARIABLE = re.compile(r"\$\{(!?)([^}]+)\}")
"""`${Name}` or `${Name.Attribute}` in Fn::Sub; `${!Name}` stays `${Name}`."""


@dataclass(frozen=True)
class Reference:
    """A Ref, or with an `attribute` a Fn::GetAtt."""

    name: str
    attribute: str | None = None


def references(value: Any, conditions: Mapping[str, bool] | None = None) -> Iterator[Reference]:
    """All references in `value`; with `conditions` only those of the branches that are taken."""
    if isinstance(value, list):
        for item in value:
            yield from references(item, conditions)
    elif isinstance(value, dict):
        if len(value) == 1:
            yield from _of_function(*next(iter(value.items())), conditions)
        else:
            for item in value.values():
                yield from references(item, conditions)


def _of_function(name: str, argument: Any, conditions: Mapping[str, bool] | None) -> Iterator[Reference]:
    if name == "Ref" and isinstance(argument, str):
        yield Reference(argument)
    elif name == "Fn::GetAtt":
        target, attribute = split_attribute(argument)
        yield Reference(target, attribute if isinstance(attribute, str) else "")
        yield from references(attribute, conditions)
    elif name == "Fn::Sub":
        yield from _of_sub(argument, conditions)
    elif name == "Fn::If" and conditions is not None and len(argument) == 3:
        yield from references(argument[1] if conditions.get(argument[0]) else argument[2], conditions)
    else:
        yield from references(argument, conditions)


def _of_sub(argument: Any, conditions: Mapping[str, bool] | None) -> Iterator[Reference]:
    text, own = (argument, {}) if isinstance(argument, str) else (argument[0], argument[1])
    yield from references(list(own.values()), conditions)
    for literal, variable in VARIABLE.findall(text):
        name, _, attribute = variable.strip().partition(".")
        if not literal and variable.strip() not in own:
            yield Reference(name, attribute or None)


def split_attribute(argument: Any) -> tuple[str, Any]:
    """Fn::GetAtt's two parts, given as a list or as `Name.Attribute`."""
    if isinstance(argument, str):
        name, _, attribute = argument.partition(".")
        return name, attribute
    return argument[0], argument[1]
