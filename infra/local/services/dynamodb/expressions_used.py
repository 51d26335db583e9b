"""The expressions of a request, and the names and values that stand for something in them.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from moto.dynamodb.comparisons import get_filter_expression
from moto.dynamodb.exceptions import MockValidationException

_LONGEST = 4096
_KINDS = (
    "KeyConditionExpression",
    "ConditionExpression",
    "FilterExpression",
    "ProjectionExpression",
    "UpdateExpression",
)
_CONDITIONS = ("ConditionExpression", "FilterExpression")
_PLACEHOLDER = re.compile(r"[:#][A-Za-z0-9_]+")
_KEY_OPERATORS = re.compile(r"<>|\bOR\b|\bNOT\b|\bIN\b|\bcontains\b", re.IGNORECASE)


def check_expressions(asked: Mapping[str, Any]) -> None:
    """Raise for an expression that is none, and for a name or value that stands for nothing or in no expression."""
    written = {kind: asked[kind] for kind in _KINDS if asked.get(kind) is not None}
    names, values = (asked.get(f"ExpressionAttribute{what}") for what in ("Names", "Values"))
    _check_written(tuple(written.items()), *(None if told is None else tuple(told) for told in (names, values)))
    for kind in _CONDITIONS:
        if kind in written:
            _check_syntax(kind, written[kind], names, values)


@lru_cache(maxsize=1024)
def _check_written(
    expressions: tuple[tuple[str, str], ...], names: tuple[str, ...] | None, values: tuple[str, ...] | None
) -> None:
    """What follows from the expressions, and from which names and values there are; few are asked again and again."""
    written = dict(expressions)
    for kind, expression in written.items():
        _check_text(kind, expression)
    used = {mark for expression in written.values() for mark in _PLACEHOLDER.findall(expression)}
    for what, sign, told in (("Names", "#", names), ("Values", ":", values)):
        _check_marks(what, {mark for mark in used if mark.startswith(sign)}, told, written)
    found = _KEY_OPERATORS.search(written.get("KeyConditionExpression", ""))
    if found:
        raise MockValidationException(f"Invalid operator used in KeyConditionExpression: {found[0]}")


def _check_text(kind: str, expression: str) -> None:
    if not expression.strip():
        raise MockValidationException(f"Invalid {kind}: The expression can not be empty;")
    size = len(expression.encode())
    if size > _LONGEST:
        message = f"Expression size has exceeded the maximum allowed size; expression size: {size}"
        raise MockValidationException(f"Invalid {kind}: {message}")


def _check_marks(what: str, used: set[str], told: tuple[str, ...] | None, written: Mapping[str, str]) -> None:
    field = f"ExpressionAttribute{what}"
    if told is not None and not written:
        raise MockValidationException(f"{field} can only be specified when using expressions")
    if told is not None and not told:
        raise MockValidationException(f"{field} must not be empty")
    unused = sorted(set(told or ()) - used)
    if unused:
        raise MockValidationException(f"Value provided in {field} unused in expressions: keys: {{{', '.join(unused)}}}")
    for mark in sorted(used - set(told or ())):
        kind = next(kind for kind, expression in written.items() if mark in _PLACEHOLDER.findall(expression))
        noun, where = ("name", "used in the document path") if what == "Names" else ("value", "used in expression")
        raise MockValidationException(
            f"Invalid {kind}: An expression attribute {noun} {where} is not defined; attribute {noun}: {mark}"
        )


def _check_syntax(kind: str, expression: str, names: Any, values: Any) -> None:
    """moto's parser says in its own way, or not at all, what it cannot read."""
    try:
        get_filter_expression(expression, names, values)
    except (ValueError, KeyError, IndexError, AssertionError) as error:
        raise MockValidationException(f'Invalid {kind}: Syntax error; near: "{expression[:80]}"') from error
