"""DynamoDB's conditions: writers ask the same one again and again."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from moto.dynamodb.comparisons import ConditionExpressionParser, Func, Op

from infra.local.moto_patches.registry import wrap

_LONGEST = 2048
"""Characters of an expression with its values that is remembered: 1024 of them take a few megabytes."""

_Written = tuple[str, tuple[tuple[str, str], ...], tuple[tuple[str, tuple[str, Any]], ...]]
_Parse = Callable[[ConditionExpressionParser], Op | Func]


@wrap(ConditionExpressionParser, "parse")
def parse(original: _Parse, parser: ConditionExpressionParser) -> Op | Func:
    """moto parses a condition twice for every item that is written, which costs more than to write it."""
    if not parser.condition_expression:
        return original(parser)
    written = _written(parser)
    if written is None:
        return original(parser)
    condition, names, values = _parsed(original, written)
    parser.expr_attr_names_found.extend(names)
    parser.expr_attr_values_found.extend(values)
    return condition


def _written(parser: ConditionExpressionParser) -> _Written | None:
    """What the condition is made of, where it is short and its values are single ones, as nearly all are."""
    expression = parser.condition_expression or ""
    names, values = parser.expression_attribute_names or {}, parser.expression_attribute_values or {}
    held: list[tuple[str, tuple[str, Any]]] = []
    long = len(expression)
    for mark, value in values.items():
        kind, content = next(iter(value.items()), ("", None))
        if len(value) != 1 or not isinstance(content, str | bytes | bool):
            return None
        held.append((mark, (kind, content)))
        long += 1 if isinstance(content, bool) else len(content)
    return (expression, tuple(names.items()), tuple(held)) if long <= _LONGEST else None


@lru_cache(maxsize=1024)
def _parsed(original: _Parse, written: _Written) -> tuple[Op | Func, tuple[str, ...], tuple[str, ...]]:
    """The condition, which nobody changes, and the names and values it uses.

    It is made of copies: a request's own values may become an item's, and change with it.
    """
    expression, names, values = written
    parser = ConditionExpressionParser(expression, dict(names), {mark: dict([value]) for mark, value in values})
    condition = original(parser)
    return condition, tuple(parser.expr_attr_names_found), tuple(parser.expr_attr_values_found)
