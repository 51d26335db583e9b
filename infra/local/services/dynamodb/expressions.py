"""DynamoDB's conditions: writers ask the same one again and again."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache

from moto.dynamodb.comparisons import ConditionExpressionParser, Func, Op

from infra.local.moto_patches.registry import wrap

_LONGEST = 2048
"""Characters of an expression with its names and values that is remembered: 1024 of them take a few megabytes."""

_Parse = Callable[[ConditionExpressionParser], Op | Func]


@wrap(ConditionExpressionParser, "parse")
def parse(original: _Parse, parser: ConditionExpressionParser) -> Op | Func:
    """moto parses a condition twice for every item that is written, which costs more than to write it."""
    if not parser.condition_expression:
        return original(parser)
    written = json.dumps(
        (parser.condition_expression, parser.expression_attribute_names, parser.expression_attribute_values)
    )
    if len(written) > _LONGEST:
        return original(parser)
    condition, names, values = _parsed(original, written)
    parser.expr_attr_names_found.extend(names)
    parser.expr_attr_values_found.extend(values)
    return condition


@lru_cache(maxsize=1024)
def _parsed(original: _Parse, written: str) -> tuple[Op | Func, tuple[str, ...], tuple[str, ...]]:
    """The condition, which nobody changes, and the names and values it uses.

    It is made of what is written alone: a request's own values may become an item's, and change with it.
    """
    parser = ConditionExpressionParser(*json.loads(written))
    condition = original(parser)
    return condition, tuple(parser.expr_attr_names_found), tuple(parser.expr_attr_values_found)
