"""How much a template and a request may hold, and how things in them may be named.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from infra.local.cloudformation.errors import ValidationError

MOST_BYTES, MOST_BYTES_IN_A_REQUEST = 1_000_000, 51_200
_MOST = {"Resources": 500, "Parameters": 200, "Mappings": 200, "Outputs": 200}
_MOST_OF_A_MAPPING = 200
_LONGEST_NAME, _LONGEST_STACK_NAME, _LONGEST_DESCRIPTION, _LONGEST_VALUE, _MOST_TAGS = 255, 128, 1_024, 4_096, 50
_STACK_NAME = "[a-zA-Z][-a-zA-Z0-9]*"
_KINDS = {"Resources": "Resource", "Parameters": "Parameter", "Mappings": "Mapping", "Outputs": "Output"}


def check_template(document: Mapping[str, Any]) -> None:
    """Raise ValidationError for a template with too much in it, or with names that are none."""
    for section, most in _MOST.items():
        entries = document.get(section) or {}
        if len(entries) > most:
            raise _too_many(section.lower(), len(entries), most)
        for name in entries:
            _check_name(_KINDS[section], str(name))
    for name, mapping in (document.get("Mappings") or {}).items():
        for attributes in mapping.values() if isinstance(mapping, Mapping) else ():
            if len(attributes) > _MOST_OF_A_MAPPING:
                raise _too_many(f"mapping attributes in {name}", len(attributes), _MOST_OF_A_MAPPING)
    description = document.get("Description", "")
    if not isinstance(description, str) or len(description.encode()) > _LONGEST_DESCRIPTION:
        raise ValidationError(
            f"Template format error: 'Description' length is greater than {_LONGEST_DESCRIPTION}."
            if isinstance(description, str)
            else "Template format error: every Description member must be a string."
        )


def _too_many(what: str, number: int, most: int) -> ValidationError:
    return ValidationError(
        f"Template format error: Number of {what}, {number}, is greater than maximum allowed, {most}"
    )


def _check_name(kind: str, name: str) -> None:
    if not (name.isascii() and name.isalnum()):
        raise ValidationError(f"Template format error: {kind} name {name} is non alphanumeric.")
    if len(name) > _LONGEST_NAME:
        raise ValidationError(f"Template format error: {kind} name {name} is longer than {_LONGEST_NAME} characters.")


def check_stack_name(name: str) -> None:
    """Raise ValidationError for what no new stack is called."""
    failed = f"Value '{name}' at 'stackName' failed to satisfy constraint: Member must"
    if not re.fullmatch(_STACK_NAME, name):
        raise _failed(f"{failed} satisfy regular expression pattern: {_STACK_NAME}")
    if len(name) > _LONGEST_STACK_NAME:
        raise _failed(f"{failed} have length less than or equal to {_LONGEST_STACK_NAME}")


def check_settings(parameters: Mapping[str, str], tags: Mapping[str, str]) -> None:
    """Raise ValidationError for values that are too long, or too many tags."""
    for name, value in parameters.items():
        if len(value.encode()) > _LONGEST_VALUE:
            raise ValidationError(f"Parameter '{name}' must contain at most {_LONGEST_VALUE} bytes")
    if len(tags) > _MOST_TAGS:
        constraint = f"failed to satisfy constraint: Member must have length less than or equal to {_MOST_TAGS}"
        raise _failed(f"Value at 'tags' {constraint}")


def _failed(what: str) -> ValidationError:
    return ValidationError(f"1 validation error detected: {what}")
